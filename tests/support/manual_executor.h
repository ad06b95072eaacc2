#pragma once

#include <deque>
#include <map>

#include "rookery/base/executor.h"
#include "support/manual_clock.h"

namespace rookery::test {

/// Runs what was posted when told to, on the calling thread: no threads, no sleeps.
class ManualExecutor final : public base::Executor {
 public:
  void post(base::UniqueFunction<void()> work) override { ready_.push_back(std::move(work)); }
  void postAfter(std::chrono::milliseconds delay, base::UniqueFunction<void()> work) override {
    delayed_.emplace(clock_.steady() + delay, std::move(work));
  }

  /// Also what the work posts in turn; delayed work only once its time has come.
  void runUntilIdle() {
    while (runOne()) {
    }
  }
  bool runOne() {
    while (!delayed_.empty() && delayed_.begin()->first <= clock_.steady()) {
      ready_.push_back(std::move(delayed_.begin()->second));
      delayed_.erase(delayed_.begin());
    }
    if (ready_.empty()) return false;
    auto work = std::move(ready_.front());
    ready_.pop_front();
    work();
    return true;
  }
  [[nodiscard]] std::size_t waiting() const { return ready_.size() + delayed_.size(); }

  ManualClock& clock() { return clock_; }

 private:
  ManualClock clock_;
  std::deque<base::UniqueFunction<void()>> ready_;
  std::multimap<base::SteadyTime, base::UniqueFunction<void()>> delayed_;
};

}  // namespace rookery::test
