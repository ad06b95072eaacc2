#include "rookery/store/store_writer.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <iterator>
#include <unordered_set>

#include "rookery/base/check.h"
#include "rookery/base/log.h"
#include "rookery/store/commit_group.h"
#include "rookery/store/outcome_teller.h"
#include "rookery/store/write_queue.h"

namespace rookery::store {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;

/// A group ends here even when it has few records: one COMMIT of more would make all wait.
constexpr std::size_t kBytesPerCommit = 4UL << 20;
/// What came while a commit ran waits this long for company: most of a commit's cost is not its
/// messages'. Where little goes on, nothing waits.
constexpr milliseconds kRest{1};
constexpr milliseconds kFirstRetry{10};
constexpr milliseconds kLastRetry{1000};
/// How long nothing must have come before housekeeping may take the writer's time.
constexpr milliseconds kQuietBeforeUpkeep{100};

}  // namespace

struct StoreWriter::Impl : std::enable_shared_from_this<StoreWriter::Impl> {
  Impl(std::unique_ptr<Database> db, StoreStats& counters, base::Executor& on,
       base::Executor& tellsOn, const base::Clock& time, Limits bounds, OnSettled settled,
       OnBroken onEnd)
      : database(std::move(db)),
        commitGroup(*database, counters),
        executor(on),
        teller(
            std::make_shared<OutcomeTeller>(tellsOn, std::move(settled), database->lastCommitNo())),
        clock(time),
        limits(bounds),
        onBroken(std::move(onEnd)),
        waiting({limits.queuedRecords, limits.queuedBytes}, clock, [this] { postRun(); }) {}

  void postRun();  // any thread; all else on the executor
  void run();
  void rest();
  void fillGroup();
  void commitSome();
  void settle(std::size_t count);
  void tell(std::vector<PendingWrite> writes);
  void onFailuresTold();
  void failExpired();
  void failBehindDoubt();
  [[nodiscard]] bool failIfDue(PendingWrite& write);
  bool leaveDoubt();
  void failedAttempt(const WriteResult& fault);
  void postRetry();
  void stopBroken(const base::Error& error);
  void upkeep(bool idle);
  void upkeepWhenQuiet();
  void drainIfDone();
  [[nodiscard]] bool hasWork() const { return !group.empty() || !queue.empty(); }
  [[nodiscard]] bool isExpired(const PendingWrite& write) const {
    return clock.steady() - write.submittedAt >= limits.retryFor;
  }

  const std::unique_ptr<Database> database;
  CommitGroup commitGroup;
  base::Executor& executor;
  const std::shared_ptr<OutcomeTeller> teller;  // shared with nobody: its work holds it weakly
  const base::Clock& clock;
  const Limits limits;
  OnBroken onBroken;

  std::atomic<bool> isHealthy{true};
  WriteQueue waiting;

  // The executor's alone.
  std::deque<PendingWrite> queue;   ///< taken from `waiting`
  std::vector<PendingWrite> group;  ///< what is being committed, retried until it is settled
  FailedConversations failed;
  std::uint64_t settledCount = 0;
  /// The COMMIT of the whole group (an empty one: of a probe) was not answered.
  bool isInDoubt = false;
  /// How many may have been settled before others that came earlier: those were in doubt.
  std::uint64_t settledEarly = 0;
  milliseconds backOff{0};     ///< 0: the last attempt did not fail
  milliseconds commitTook{0};  ///< the last one
  /// Batches with failures that are not told yet: nothing is committed before they are, as what
  /// was numbered meanwhile must fail with them.
  unsigned untoldFailures = 0;
  bool isRunOwed = false;  ///< run() came while it had to wait for that
  bool broken = false;
  bool upkeepPosted = false;
};

void StoreWriter::Impl::postRun() {
  executor.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->run();
  });
}

/// One group a turn, so that timers and other work of the executor get theirs.
void StoreWriter::Impl::run() {
  if (broken) return;
  if (untoldFailures > 0) {
    isRunOwed = true;
    return;
  }
  waiting.takeInto(queue);
  commitSome();
  if (broken) return;
  if (backOff.count() > 0) {
    failExpired();  // after the attempt: the store may have come back since the last one
    drainIfDone();
    return postRetry();
  }
  upkeep(false);
  if (broken) return;
  if (waiting.stayAwake(hasWork())) return rest();
  drainIfDone();
  upkeepWhenQuiet();
}

void StoreWriter::Impl::rest() {
  const bool isBacklog = hasWork();  // the last group was full: the next one needs no company
  if (isBacklog || waiting.isClosed()) return postRun();
  executor.postAfter(kRest, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->run();
  });
}

void StoreWriter::Impl::fillGroup() {
  std::size_t bytes = 0;
  while (!queue.empty() && group.size() < limits.recordsPerCommit && bytes < kBytesPerCommit) {
    bytes += queue.front().bytes;
    group.push_back(std::move(queue.front()));
    queue.pop_front();
  }
}

void StoreWriter::Impl::commitSome() {
  if (isInDoubt && !leaveDoubt()) return;
  if (untoldFailures > 0) {
    isRunOwed = backOff.count() == 0;  // otherwise the retry comes
    return;
  }
  if (group.empty() && queue.empty()) settledEarly = 0;
  if (group.empty()) fillGroup();
  const bool isProbe = group.empty();
  if (isProbe && backOff.count() == 0) return;

  CommitGroup::Outcome outcome;
  if (isProbe) {
    outcome.fault = database->begin();
    if (outcome.fault.ok()) outcome.fault = database->commit();
    if (outcome.fault.fault == WriteFault::kTransient ||
        outcome.fault.fault == WriteFault::kStatement) {
      database->rollback();
    }
  } else {
    const base::SteadyTime start = clock.steady();
    outcome = commitGroup.run(group, failed);
    commitTook = std::chrono::duration_cast<milliseconds>(clock.steady() - start);
  }
  if (outcome.settled > 0) settle(outcome.settled);
  if (outcome.fault.fault == WriteFault::kBroken) return stopBroken(outcome.fault.error);
  if (outcome.fault.fault == WriteFault::kInDoubt) {
    isInDoubt = true;
    while (group.size() > outcome.inDoubt) {
      queue.push_front(std::move(group.back()));
      group.pop_back();
    }
  }
  if (!outcome.fault.ok()) return failedAttempt(outcome.fault);

  if (!isHealthy.exchange(true)) base::log::info("the store takes writes again");
  backOff = milliseconds{0};
}

/// Whether it is known what became of the group; it is settled then, or open again.
bool StoreWriter::Impl::leaveDoubt() {
  const CommitGroup::Outcome outcome = commitGroup.resolve(group, failed);
  if (outcome.fault.fault == WriteFault::kBroken) {
    stopBroken(outcome.fault.error);
    return false;
  }
  if (outcome.fault.fault == WriteFault::kInDoubt) {
    failedAttempt(outcome.fault);
    return false;
  }
  base::log::info(outcome.fault.ok() ? "a commit in doubt was kept by the store"
                                     : "a commit in doubt was not kept, it is tried again",
                  {{"messages", group.size()}});
  isInDoubt = false;
  if (outcome.settled > 0) settle(outcome.settled);
  return true;
}

/// The first `count` of the group are done with; their slots go when they have heard.
void StoreWriter::Impl::settle(std::size_t count) {
  const auto end = group.begin() + static_cast<std::ptrdiff_t>(count);
  tell({std::make_move_iterator(group.begin()), std::make_move_iterator(end)});
  group.erase(group.begin(), end);
  settledCount += count;
  failed.forget(settledCount - settledEarly);
}

/// In the order of submission.
void StoreWriter::Impl::tell(std::vector<PendingWrite> writes) {
  const std::size_t count = writes.size();
  std::size_t bytes = 0;
  bool hasFailures = false;
  for (const PendingWrite& write : writes) {
    bytes += write.bytes;
    hasFailures |= !write.isJob() && write.state == PendingWrite::State::kFailed;
  }
  if (hasFailures) ++untoldFailures;
  auto told = [weak = weak_from_this(), count, bytes, hasFailures] {
    const auto self = weak.lock();
    if (!self) return;
    if (hasFailures) {
      self->executor.post([weak] {
        if (const auto again = weak.lock()) again->onFailuresTold();
      });
    }
    self->waiting.release(count, bytes);
  };
  teller->tell({std::move(writes), database->lastCommitNo(), commitTook, std::move(told)});
}

void StoreWriter::Impl::onFailuresTold() {
  if (--untoldFailures > 0) return;
  failed.told(waiting.submitted());
  failed.forget(settledCount - settledEarly);
  if (std::exchange(isRunOwed, false)) run();
}

/// The oldest writes, while the store has failed them for too long, and what must fail with them.
void StoreWriter::Impl::failExpired() {
  if (isInDoubt) return failBehindDoubt();
  while (true) {
    if (group.empty()) fillGroup();
    std::size_t count = 0;
    while (count < group.size() && failIfDue(group[count])) ++count;
    if (count == 0) return;
    settle(count);
  }
}

/// Fails the write when its time is over, or that of what it follows.
bool StoreWriter::Impl::failIfDue(PendingWrite& write) {
  const MessageRecord& record = write.record;
  const bool follows = !write.isJob() && failed.covers(record.conversationId, record.generation);
  if (!follows && !isExpired(write)) return false;
  if (write.isJob()) {
    write.state = PendingWrite::State::kFailed;
    write.result = {WriteFault::kTransient,
                    {ErrorCode::kStoreFailed, "The store takes no writes at the moment"}};
  } else {
    failForNow(write);
    failed.add(record.conversationId, record.generation);
  }
  return true;
}

/// While the group is in doubt only what was never sent to COMMIT may fail, and of that nothing
/// that follows a message in doubt: its number may yet be confirmed.
void StoreWriter::Impl::failBehindDoubt() {
  std::unordered_set<ObjectId, base::ObjectIdHash> doubtful;
  for (const PendingWrite& write : group) {
    if (!write.isJob()) doubtful.insert(write.record.conversationId);
  }
  std::vector<PendingWrite> due;
  std::deque<PendingWrite> stay;
  for (PendingWrite& write : queue) {
    const bool waits = !write.isJob() && doubtful.contains(write.record.conversationId);
    if (waits || !failIfDue(write)) {
      stay.push_back(std::move(write));
      continue;
    }
    due.push_back(std::move(write));
  }
  queue.swap(stay);
  if (due.empty()) return;
  settledCount += due.size();
  settledEarly += due.size();
  tell(std::move(due));
}

void StoreWriter::Impl::failedAttempt(const WriteResult& fault) {
  if (isHealthy.exchange(false)) {
    base::log::error("the store takes no writes", {{"error", fault.error.message}});
  }
  backOff = backOff.count() == 0 ? kFirstRetry : std::min(backOff * 2, kLastRetry);
}

/// Also with nothing to write: or a store without traffic would stay red for ever.
void StoreWriter::Impl::postRetry() {
  milliseconds delay = backOff;
  if (!isInDoubt && !group.empty()) {
    // Nobody waits longer for a failure than promised because the next attempt is far away.
    const auto left = std::chrono::ceil<milliseconds>(group.front().submittedAt + limits.retryFor -
                                                      clock.steady());
    delay = std::clamp(left, milliseconds{1}, backOff);
  }
  executor.postAfter(delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->run();
  });
}

void StoreWriter::Impl::stopBroken(const base::Error& error) {
  broken = true;
  isHealthy.store(false);
  base::log::error("the store cannot be trusted any more", {{"error", error.message}});
  onBroken(error);
}

void StoreWriter::Impl::upkeep(bool idle) {
  const WriteResult result = database->maintain(idle);
  if (result.fault == WriteFault::kBroken) stopBroken(result.error);
}

void StoreWriter::Impl::upkeepWhenQuiet() {
  if (std::exchange(upkeepPosted, true)) return;
  executor.postAfter(kQuietBeforeUpkeep, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->broken) return;
    self->upkeepPosted = false;
    const bool isQuiet = self->waiting.used() == 0 && self->backOff.count() == 0;
    if (isQuiet) self->upkeep(true);
  });
}

void StoreWriter::Impl::drainIfDone() {
  if (auto drained = waiting.takeDrained()) drained();
}

StoreWriter::StoreWriter(std::unique_ptr<Database> database, StoreStats& stats,
                         base::Executor& writer, base::Executor& teller, const base::Clock& clock,
                         Limits limits, OnSettled onSettled, OnBroken onBroken)
    : impl_(std::make_shared<Impl>(std::move(database), stats, writer, teller, clock, limits,
                                   std::move(onSettled), std::move(onBroken))) {}

StoreWriter::~StoreWriter() = default;

StoreWriter::Slot::Slot(Slot&& other) noexcept
    : writer_(std::exchange(other.writer_, nullptr)), bytes_(other.bytes_) {}

StoreWriter::Slot& StoreWriter::Slot::operator=(Slot&& other) noexcept {
  std::swap(writer_, other.writer_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

StoreWriter::Slot::~Slot() {
  if (writer_ != nullptr) writer_->impl_->waiting.release(1, bytes_);
}

base::Result<StoreWriter::Slot> StoreWriter::reserve(std::size_t bytes) {
  if (const auto taken = impl_->waiting.reserve(bytes); !taken) return base::fail(taken.error());
  Slot slot;
  slot.writer_ = this;
  slot.bytes_ = bytes;
  return slot;
}

void StoreWriter::submit(Slot slot, MessageRecord record) {
  ROOKERY_CHECK(slot.writer_ == this);
  slot.writer_ = nullptr;  // the place is used now, and given back when the record is settled
  PendingWrite write;
  write.record = std::move(record);
  write.bytes = slot.bytes_;
  impl_->waiting.submit(std::move(write));
}

void StoreWriter::write(Slot slot, Job job, JobDone done) {
  ROOKERY_CHECK(slot.writer_ == this && job);
  slot.writer_ = nullptr;
  PendingWrite write;
  write.job = std::move(job);
  write.done = std::move(done);
  write.bytes = slot.bytes_;
  impl_->waiting.submit(std::move(write));
}

void StoreWriter::close(base::UniqueFunction<void()> drained) {
  impl_->waiting.close(std::move(drained));
}

std::size_t StoreWriter::queuedRecords() const { return impl_->waiting.used(); }

base::Held StoreWriter::held() const {
  return {"writes that wait", impl_->waiting.used(), impl_->waiting.usedBytes(),
          "store.queueRecords, store.queueBytes"};
}

bool StoreWriter::healthy() const { return impl_->isHealthy.load(); }

std::uint64_t StoreWriter::publishedCommitNo() const { return impl_->teller->published(); }

}  // namespace rookery::store
