#pragma once

#include <array>
#include <cstdint>

#include "rookery/base/clock.h"

namespace rookery::net {

/// A deadline that sits inside its owner: arming and cancelling it allocate nothing.
/// Thread: its loop. Cancels itself when it is destroyed.
class Timer {
 public:
  using Callback = void (*)(void* owner);

  Timer() = default;  ///< the head of a list of timers, never armed itself
  Timer(void* owner, Callback callback) : owner_(owner), callback_(callback) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { cancel(); }

  [[nodiscard]] bool isArmed() const { return next_ != nullptr; }
  void cancel();

 private:
  friend class TimerWheel;
  void linkBefore(Timer& head);

  Timer* previous_ = nullptr;
  Timer* next_ = nullptr;
  std::uint64_t tick_ = 0;
  void* owner_ = nullptr;
  Callback callback_ = nullptr;
};

/// Hierarchical timing wheel: 1 ms ticks, 64 slots a level, arming and cancelling in constant
/// time, so that a hundred thousand heartbeats cost nothing while they do not expire.
/// Thread: its loop.
class TimerWheel {
 public:
  explicit TimerWheel(base::SteadyTime start);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// Runs the timer once, at the first advance() that reaches `deadline` (rounded up to 1 ms);
  /// one that has passed already runs at the next advance(). Re-arming moves it.
  void arm(Timer& timer, base::SteadyTime deadline);
  /// Runs what is due at `now`. Timers may be armed, cancelled and destroyed from within.
  void advance(base::SteadyTime now);
  /// How long nothing can be due: an upper bound for waiting, `most` at the most, never negative.
  [[nodiscard]] std::chrono::milliseconds untilNext(base::SteadyTime now,
                                                    std::chrono::milliseconds most) const;

 private:
  static constexpr unsigned kBits = 6;
  static constexpr unsigned kSlots = 1U << kBits;
  static constexpr unsigned kLevels = 4;

  void insert(Timer& timer);
  void cascade(unsigned level);
  void fire(Timer& head);
  [[nodiscard]] std::uint64_t nextEvent() const;
  [[nodiscard]] std::uint64_t tickOf(base::SteadyTime time) const;

  base::SteadyTime start_;
  std::uint64_t tick_ = 0;  ///< all up to here has run
  std::array<std::array<Timer, kSlots>, kLevels> slots_;
  /// A bit for each slot that may hold timers: set at insertion, cleared when the slot is emptied.
  mutable std::array<std::uint64_t, kLevels> used_{};
};

}  // namespace rookery::net
