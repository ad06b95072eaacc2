#pragma once

#include <boost/context/fiber.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/executor.h"
#include "witness/seeded_random.h"

namespace rookery::sim {

using std::chrono::milliseconds;
using witness::SeededRandom;

/// Runs simulated threads as fibers, one at a time, and time as far as all of them wait: the seed
/// alone decides who is next, at every schedulePoint().
/// Thread: one.
class Scheduler final : public base::Clock {
 public:
  static constexpr base::WallMs kEpoch = 1'790'000'000'000;  ///< wall() when a run begins

  explicit Scheduler(SeededRandom& random);
  ~Scheduler() override;

  [[nodiscard]] base::SteadyTime steady() const override { return now_; }
  [[nodiscard]] base::WallMs wall() const override;
  /// The wall clock alone steps, as NTP or an operator may make it.
  void stepWall(milliseconds by) { wallStep_ += by.count(); }
  [[nodiscard]] milliseconds elapsed() const;

  /// A simulated thread. Runs from the next run() on; must end by itself before this is destroyed.
  class Thread;
  Thread& spawn(std::string name, std::function<void()> body);
  void wake(Thread& thread);
  /// On a thread: lets others run until somebody wakes it, or until `deadline`.
  void sleepUntil(base::SteadyTime deadline);
  /// On a thread: lets others run first.
  void giveWay();

  /// Runs `what` at that time, or as soon as it may when it has passed, outside of all threads.
  void after(milliseconds delay, std::function<void()> what);

  /// Until `end`, or until `done` says so between two steps.
  void run(base::SteadyTime end, const std::function<bool()>& done);
  /// Until all threads have ended. False after a million steps without that.
  [[nodiscard]] bool runToTheEnd();
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

 private:
  static void atSchedulePoint(bool mustWait);
  bool step(base::SteadyTime end);
  void resume(Thread& thread);
  void switchAway();

  static inline Scheduler* current_ = nullptr;  // whose fiber is running, for atSchedulePoint()
  SeededRandom& random_;
  base::SteadyTime now_{std::chrono::hours{1}};
  base::WallMs wallStep_ = 0;
  std::vector<std::unique_ptr<Thread>> threads_;
  Thread* running_ = nullptr;
  std::multimap<base::SteadyTime, std::function<void()>> events_;
  std::uint64_t steps_ = 0;
  std::uint64_t switchOneIn_;  ///< how often a schedule point lets others run, in this seed
};

/// An executor as one simulated thread.
class SimExecutor final : public base::Executor {
 public:
  SimExecutor(Scheduler& scheduler, std::string name);
  void post(base::UniqueFunction<void()> work) override;
  void postAfter(milliseconds delay, base::UniqueFunction<void()> work) override;
  /// Ends the thread after the work it is at; what is queued is dropped.
  void stop();
  /// As net::Loop::dropWork().
  void dropWork() {
    ready_.clear();
    delayed_.clear();
  }

 private:
  void body();

  Scheduler& scheduler_;
  bool stopping_ = false;
  std::deque<base::UniqueFunction<void()>> ready_;
  std::multimap<base::SteadyTime, base::UniqueFunction<void()>> delayed_;
  Scheduler::Thread& thread_;
};

}  // namespace rookery::sim
