#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "rookery/base/executor.h"
#include "rookery/base/function.h"
#include "rookery/base/mutex.h"
#include "rookery/store/commit_group.h"

namespace rookery::store {

/// Tells what became of writes while the writer is at the next ones: encoding the outcomes of a
/// large group takes about as long as committing it. Waking another thread takes longer than
/// encoding a few: these are told at once. After a slow commit many outcomes are spread over a part
/// of the time that it took, or the messages that are sent meanwhile would wait behind all of them.
/// Thread: tell() the writer's; all that it calls runs there or on `executor`, one at a time and in
///         the order of tell(); published() any.
class OutcomeTeller : public std::enable_shared_from_this<OutcomeTeller> {
 public:
  /// `executor` runs one piece of work at a time, and outlives this. `published`: the last commit
  /// of an earlier life.
  OutcomeTeller(base::Executor& executor, StoreWriter::OnSettled onSettled, std::uint64_t published)
      : executor_(executor), onSettled_(std::move(onSettled)), published_(published) {}

  struct Batch {
    std::vector<PendingWrite> writes;
    std::uint64_t lastCommitNo = 0;  ///< the highest number of what is committed by now
    std::chrono::milliseconds commitTook{0};
    base::UniqueFunction<void()> told;  ///< when all have heard
  };
  void tell(Batch batch);

  [[nodiscard]] std::uint64_t published() const { return published_.load(); }

 private:
  static constexpr std::size_t kFew = 8;
  static constexpr std::size_t kSlice = 16;
  static constexpr unsigned kShare = 4;  ///< of the commit's time, but at most:
  static constexpr std::chrono::milliseconds kMostSpread{50};

  void post(std::chrono::milliseconds delay);
  void tellNext();
  void tellSome(Batch& batch, std::size_t from, std::size_t count);
  void finish(Batch& batch);
  /// Between two slices of the batch; 0: there is but one.
  [[nodiscard]] static std::chrono::milliseconds pauseOf(const Batch& batch);

  base::Executor& executor_;
  StoreWriter::OnSettled onSettled_;
  std::vector<Settled> messages_;  ///< empty between two calls, with its space
  std::atomic<std::uint64_t> published_;

  base::Mutex mutex_;
  std::deque<Batch> waiting_ ROOKERY_GUARDED_BY(mutex_);  ///< the first is being told
  std::size_t told_ = 0;                                  ///< of the first; the executor's
};

}  // namespace rookery::store
