#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "rookery/base/executor.h"
#include "rookery/base/function.h"
#include "rookery/store/commit_group.h"

namespace rookery::store {

/// Tells what became of writes while the writer is at the next ones: encoding the outcomes of a
/// large group takes about as long as committing it. Waking another thread takes longer than
/// encoding a few: these are told at once.
/// Thread: tell() the writer's; all that it calls runs there or on `executor`, one at a time and in
///         the order of tell(); published() any.
class OutcomeTeller : public std::enable_shared_from_this<OutcomeTeller> {
 public:
  /// `executor` runs one piece of work at a time, and outlives this. `published`: the last commit
  /// of an earlier life.
  OutcomeTeller(base::Executor& executor, StoreWriter::OnSettled onSettled, std::uint64_t published)
      : executor_(executor), onSettled_(std::move(onSettled)), published_(published) {}

  /// `lastCommitNo`: the highest number of what is committed by now. `told` runs when all have
  /// heard.
  void tell(std::vector<PendingWrite> writes, std::uint64_t lastCommitNo,
            base::UniqueFunction<void()> told);

  [[nodiscard]] std::uint64_t published() const { return published_.load(); }

 private:
  static constexpr std::size_t kFew = 8;

  void tellNow(std::vector<PendingWrite>& writes, std::uint64_t lastCommitNo,
               base::UniqueFunction<void()>& told);
  void tellAll(std::vector<PendingWrite>& writes);

  base::Executor& executor_;
  StoreWriter::OnSettled onSettled_;
  std::vector<Settled> messages_;  ///< empty between two calls, with its space
  std::atomic<std::uint64_t> published_;
  std::atomic<std::uint64_t> waiting_{0};  ///< batches that were posted and are not told
};

}  // namespace rookery::store
