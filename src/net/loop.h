#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/executor.h"
#include "rookery/base/mutex.h"
#include "rookery/base/random.h"
#include "rookery/net/timer_wheel.h"

namespace rookery::net {

/// A piece of work on its way into a loop: a node of its inbox, so that posting one that exists
/// already allocates nothing.
class Task {
 public:
  virtual ~Task() = default;
  virtual void run() = 0;

 private:
  friend class Inbox;
  Task* next_ = nullptr;
};

/// Many producers, one consumer, in the order of posting. Thread: push() any; take() the consumer.
class Inbox {
 public:
  ~Inbox() { clear(); }
  void push(std::unique_ptr<Task> task);
  [[nodiscard]] bool isEmpty() const { return newest_.load(std::memory_order_acquire) == nullptr; }
  /// What was pushed but not yet taken.
  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  /// Runs all that is there now; what that pushes waits for the next time. Returns how many.
  std::size_t run();
  /// Frees what was pushed without running it. Thread: the consumer, or nobody's any more.
  void clear();

 private:
  std::atomic<Task*> newest_{nullptr};
  std::atomic<std::size_t> size_{0};
};

/// Called at the end of a turn, once for each time it asked; where writes are gathered.
class TurnEndListener {
 public:
  virtual ~TurnEndListener() = default;
  virtual void onTurnEnd() = 0;
};

/// The part of an event loop that needs no kernel: inbox, timers, time, end of turn. EpollLoop
/// adds sockets to it, the simulation adds virtual ones.
/// Thread: post(), postAfter(), inboxSize(), isHere() from any; the rest on this loop alone.
class ROOKERY_CAPABILITY("loop") Loop : public base::Executor {
 public:
  Loop(unsigned index, const base::Clock& clock, base::Random& random);
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] unsigned index() const { return index_; }
  [[nodiscard]] bool isHere() const { return thread_.load() == std::this_thread::get_id(); }
  /// Dies, in presets with assertions, when the caller is on another thread.
  void assertHere() const ROOKERY_ASSERT_CAPABILITY(this);

  void post(base::UniqueFunction<void()> work) override;
  void postAfter(std::chrono::milliseconds delay, base::UniqueFunction<void()> work) override;
  void post(std::unique_ptr<Task> task);
  [[nodiscard]] std::size_t inboxSize() const { return inbox_.size(); }

  /// Frees what was posted and will never run, while what it refers to is still there.
  /// Thread: the owner, after the loop's thread has ended.
  void dropWork();

  /// As of the beginning of this turn.
  [[nodiscard]] base::SteadyTime now() const { return now_; }
  [[nodiscard]] const base::Clock& clock() const { return clock_; }
  [[nodiscard]] base::Random& random() { return random_; }

  void arm(Timer& timer, std::chrono::milliseconds delay) { wheel_.arm(timer, now_ + delay); }

  /// `listener` hears onTurnEnd() when this turn ends, or one of the next when so many asked that
  /// others would wait for it: those of a turn come before what is left of earlier ones, so that a
  /// message to ten thousand does not stop one to two. It must live until then or forget().
  void atTurnEnd(TurnEndListener& listener) { turnEnd_.push_back(&listener); }
  /// The same, of the turn in which kCompany has passed since the first of those that wait so.
  void atLaterTurnEnd(TurnEndListener& listener);
  static constexpr std::chrono::milliseconds kCompany{25};
  /// Whichever of the two was asked for.
  void forgetTurnEnd(TurnEndListener& listener);
  /// Destroys `object` when this turn has ended: for what may still be on the call stack.
  template <typename T>
  void destroyAtTurnEnd(std::unique_ptr<T> object) {
    if (object != nullptr) graveyard_.push_back(std::shared_ptr<T>(std::move(object)));
  }

 protected:
  /// The calling thread is the loop's from now on.
  void bindToThisThread();
  /// Takes the time anew, runs due timers and the inbox.
  void runDue();
  /// Flushes what asked for it, then frees what was given up in this turn.
  void endTurn();
  /// Whether some who asked for the end of an earlier turn still wait for it.
  [[nodiscard]] bool isBehind() const { return overdueFrom_ < overdue_.size(); }
  /// How long the loop may sleep; 0 when there is work. Afterwards post() calls wake().
  [[nodiscard]] std::chrono::milliseconds prepareToSleep();
  void awake() { sleeping_.store(false); }
  /// Thread: any. Makes a sleeping loop begin its next turn.
  virtual void wake() = 0;
  /// Writes what the listeners of a turn's end have gathered.
  virtual void sendGathered() {}

 private:
  struct Delayed;

  const unsigned index_;
  const base::Clock& clock_;
  base::Random& random_;
  std::atomic<std::thread::id> thread_{};
  base::SteadyTime now_;
  TimerWheel wheel_;
  Inbox inbox_;
  std::atomic<bool> sleeping_{false};
  std::vector<TurnEndListener*> turnEnd_;
  std::vector<TurnEndListener*> overdue_;  ///< left of earlier turns
  std::size_t overdueFrom_ = 0;            ///< those before have had their turn
  std::vector<TurnEndListener*> laterTurnEnd_;
  Timer laterTimer_;
  std::vector<std::shared_ptr<void>> graveyard_;  // shared_ptr: the one owner that erases types
  std::vector<std::unique_ptr<Delayed>> delayed_;
};

}  // namespace rookery::net
