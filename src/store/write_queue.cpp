#include "rookery/store/write_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rookery::store {

using base::ErrorCode;

WriteQueue::WriteQueue(Limits limits, const base::Clock& clock, base::UniqueFunction<void()> wake)
    : limits_(limits), clock_(clock), wake_(std::move(wake)) {}

base::Result<void> WriteQueue::reserve(std::size_t bytes) {
  const std::size_t places = used_.fetch_add(1) + 1;
  const std::size_t total = usedBytes_.fetch_add(bytes) + bytes;
  // `closed_` is read after counting: close() then either sees the place or refuses it.
  const bool refused = closed_.load();
  if (!refused && places <= limits_.records && total <= limits_.bytes) return {};
  release(1, bytes);
  return refused ? base::fail(ErrorCode::kStoreFailed, "The server is shutting down")
                 : base::fail(ErrorCode::kOverloaded, "The server is busy, try again");
}

void WriteQueue::release(std::size_t places, std::size_t bytes) {
  usedBytes_.fetch_sub(bytes);
  // Somebody waits for the last place only once the writer is closed.
  if (used_.fetch_sub(places) == places && closed_.load()) wake();
}

void WriteQueue::submit(PendingWrite write) {
  write.submittedAt = clock_.steady();
  bool mustWake = false;
  {
    const base::MutexLock lock(mutex_);
    inbox_.push_back(std::move(write));
    ++submitted_;
    mustWake = !std::exchange(awake_, true);
  }
  if (mustWake) wake_();
}

void WriteQueue::close(base::UniqueFunction<void()> drained) {
  {
    const base::MutexLock lock(mutex_);
    drained_ = std::move(drained);
  }
  closed_.store(true);
  wake();
}

void WriteQueue::wake() {
  {
    const base::MutexLock lock(mutex_);
    if (std::exchange(awake_, true)) return;
  }
  wake_();
}

std::uint64_t WriteQueue::submitted() {
  const base::MutexLock lock(mutex_);
  return submitted_;
}

void WriteQueue::takeInto(std::deque<PendingWrite>& queue) {
  {
    const base::MutexLock lock(mutex_);
    spare_.swap(inbox_);
  }
  std::ranges::move(spare_, std::back_inserter(queue));
  spare_.clear();
}

bool WriteQueue::stayAwake(bool hasWork) {
  const base::MutexLock lock(mutex_);
  awake_ = hasWork || !inbox_.empty();
  return awake_;
}

base::UniqueFunction<void()> WriteQueue::takeDrained() {
  if (!closed_.load() || used_.load() != 0) return nullptr;
  const base::MutexLock lock(mutex_);
  return std::exchange(drained_, nullptr);
}

}  // namespace rookery::store
