#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/error.h"
#include "rookery/base/function.h"
#include "rookery/base/mutex.h"
#include "rookery/store/commit_group.h"

namespace rookery::store {

/// What waits for the writer. A place is reserved before anything is promised to anybody, so that
/// submit() cannot fail.
/// Thread:   any, but for what says `the writer's`.
/// At limit: reserve() refuses at once with kOverloaded; nothing here ever waits.
class WriteQueue {
 public:
  struct Limits {
    std::size_t records;
    std::size_t bytes;
  };
  /// `wake` is called when there is something to do after there was not, on the thread that
  /// brought it.
  WriteQueue(Limits limits, const base::Clock& clock, base::UniqueFunction<void()> wake);

  /// A place for one write of `bytes`; kOverloaded when there is none, kStoreFailed after close().
  [[nodiscard]] base::Result<void> reserve(std::size_t bytes);
  /// Places are free again: unused, or what stood there has its outcome.
  void release(std::size_t places, std::size_t bytes);
  void submit(PendingWrite write);
  /// Takes nothing more but what has a place; takeDrained() answers `drained` once all are free.
  void close(base::UniqueFunction<void()> drained);

  [[nodiscard]] std::size_t used() const { return used_.load(); }
  [[nodiscard]] bool isClosed() const { return closed_.load(); }
  [[nodiscard]] std::size_t usedBytes() const { return usedBytes_.load(); }
  /// How many were ever submitted.
  [[nodiscard]] std::uint64_t submitted();

  /// The writer's: appends what came, in its order.
  void takeInto(std::deque<PendingWrite>& queue);
  /// The writer's: whether there is more to do, `hasWork` or what came meanwhile; if not, the next
  /// one that comes wakes it.
  [[nodiscard]] bool stayAwake(bool hasWork);
  /// The writer's: what close() was given, once and when its time has come; null otherwise.
  [[nodiscard]] base::UniqueFunction<void()> takeDrained();

 private:
  void wake();

  const Limits limits_;
  const base::Clock& clock_;
  base::UniqueFunction<void()> wake_;

  std::atomic<std::size_t> used_{0};
  std::atomic<std::size_t> usedBytes_{0};
  std::atomic<bool> closed_{false};

  base::Mutex mutex_;
  std::vector<PendingWrite> inbox_ ROOKERY_GUARDED_BY(mutex_);
  std::uint64_t submitted_ ROOKERY_GUARDED_BY(mutex_) = 0;
  bool awake_ ROOKERY_GUARDED_BY(mutex_) = false;  ///< wake_ was called, or a retry will come
  base::UniqueFunction<void()> drained_ ROOKERY_GUARDED_BY(mutex_);

  std::vector<PendingWrite> spare_;  ///< the inbox's other buffer, the writer's
};

}  // namespace rookery::store
