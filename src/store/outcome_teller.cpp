#include "rookery/store/outcome_teller.h"

#include <utility>

#include "rookery/base/schedule_point.h"

namespace rookery::store {

void OutcomeTeller::tell(std::vector<PendingWrite> writes, std::uint64_t lastCommitNo,
                         base::UniqueFunction<void()> told) {
  // What was told before is over, and nothing comes but from here: nobody is overtaken.
  if (writes.size() <= kFew && waiting_.load() == 0) return tellNow(writes, lastCommitNo, told);
  ++waiting_;
  executor_.post([weak = weak_from_this(), writes = std::move(writes), lastCommitNo,
                  told = std::move(told)]() mutable {
    const auto self = weak.lock();
    if (!self) return;
    self->tellNow(writes, lastCommitNo, told);
    --self->waiting_;
  });
}

void OutcomeTeller::tellNow(std::vector<PendingWrite>& writes, std::uint64_t lastCommitNo,
                            base::UniqueFunction<void()>& told) {
  tellAll(writes);
  if (lastCommitNo > published_.load()) {
    base::schedulePoint();
    published_.store(lastCommitNo);
  }
  told();
}

/// Messages that follow each other are told together.
void OutcomeTeller::tellAll(std::vector<PendingWrite>& writes) {
  const auto tellMessages = [this] {
    if (!messages_.empty()) onSettled_(messages_);
    messages_.clear();
  };
  for (PendingWrite& write : writes) {
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
