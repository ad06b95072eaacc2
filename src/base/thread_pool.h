#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/executor.h"

namespace rookery::base {

/// Named threads that share one queue. With one thread it keeps the order of posting.
/// Thread:  post(), postAfter(), queued() from any; the rest from the owner.
/// Limit:   none of its own: those who post on behalf of clients ask queued() first and refuse.
class ThreadPool final : public Executor {
 public:
  enum class Importance : std::uint8_t {
    kNormal,
    kLow,  ///< when the machine is busy, others go first: for work of much computing
  };
  /// Starts `threads` threads named `name-0`, `name-1` … (just `name` when there is one).
  ThreadPool(std::string name, std::size_t threads, Importance importance = Importance::kNormal);
  /// As stop().
  ~ThreadPool() override;

  void post(UniqueFunction<void()> work) override;
  void postAfter(std::chrono::milliseconds delay, UniqueFunction<void()> work) override;
  [[nodiscard]] std::size_t queued() const;

  /// Runs what is queued, drops what is delayed, joins the threads. Safe to repeat.
  void stop();

 private:
  void run();

  mutable std::mutex mutex_;  // paired with the condition variable, hence not base::Mutex
  std::condition_variable changed_;
  std::deque<UniqueFunction<void()>> ready_;
  std::multimap<SteadyTime, UniqueFunction<void()>> delayed_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

/// Sets the calling thread's name as debuggers and `top` show it (15 characters are kept).
void nameThisThread(const std::string& name);

}  // namespace rookery::base
