#include "rookery/store/outcome_teller.h"

#include <algorithm>
#include <utility>

#include "rookery/base/schedule_point.h"

namespace rookery::store {

using std::chrono::milliseconds;

void OutcomeTeller::tell(Batch batch) {
  bool isFirst = false;
  const bool isFew = batch.writes.size() <= kFew;
  {
    const base::MutexLock lock(mutex_);
    isFirst = waiting_.empty();
    if (!isFirst || !isFew) waiting_.push_back(std::move(batch));
  }
  if (!isFirst) return;
  if (!isFew) return post(milliseconds{0});
  // What was told before is over, and nothing comes but from here: nobody is overtaken.
  tellSome(batch, 0, batch.writes.size());
  finish(batch);
}

void OutcomeTeller::post(milliseconds delay) {
  auto work = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->tellNext();
  };
  if (delay.count() == 0) return executor_.post(std::move(work));
  executor_.postAfter(delay, std::move(work));
}

milliseconds OutcomeTeller::pauseOf(const Batch& batch) {
  const std::size_t slices = (batch.writes.size() + kSlice - 1) / kSlice;
  return std::min(batch.commitTook / kShare, kMostSpread) / std::max<std::size_t>(slices, 1);
}

void OutcomeTeller::tellNext() {
  Batch* batch = nullptr;
  {
    const base::MutexLock lock(mutex_);
    batch = &waiting_.front();  // stays where it is while others are put behind it
  }
  const milliseconds pause = pauseOf(*batch);
  const std::size_t left = batch->writes.size() - told_;
  const std::size_t count = pause.count() > 0 ? std::min(left, kSlice) : left;
  tellSome(*batch, told_, count);
  told_ += count;
  if (count < left) return post(pause);
  finish(*batch);
  told_ = 0;
  bool isMore = false;
  {
    const base::MutexLock lock(mutex_);
    waiting_.pop_front();
    isMore = !waiting_.empty();
  }
  if (isMore) post(milliseconds{0});
}

void OutcomeTeller::finish(Batch& batch) {
  if (batch.lastCommitNo > published_.load()) {
    base::schedulePoint();
    published_.store(batch.lastCommitNo);
  }
  batch.told();
}

/// Messages that follow each other are told together.
void OutcomeTeller::tellSome(Batch& batch, std::size_t from, std::size_t count) {
  const auto tellMessages = [this] {
    if (!messages_.empty()) onSettled_(messages_);
    messages_.clear();
  };
  for (PendingWrite& write : std::span(batch.writes).subspan(from, count)) {
    if (write.isJob()) {
      tellMessages();
      if (write.done) write.done(write.result);
      continue;
    }
    Settled& settled = messages_.emplace_back();
    settled.record = std::move(write.record);
    if (write.state == PendingWrite::State::kStored) {
      settled.commitNo = write.commitNo;
    } else {
      settled.error = std::move(write.result.error);
      settled.retryable = write.first == nullptr;
      if (write.first) settled.first = std::move(*write.first);
    }
  }
  tellMessages();
}

}  // namespace rookery::store
