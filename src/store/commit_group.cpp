#include "rookery/store/commit_group.h"

#include <algorithm>

#include "rookery/base/log.h"
#include "rookery/base/planted.h"

namespace rookery::store {

using base::ErrorCode;
using State = PendingWrite::State;

namespace {

/// Whether the fault is that of one write: another attempt without it may succeed at once.
bool isOfOneWrite(WriteFault fault) {
  switch (fault) {
    case WriteFault::kConflict:
    case WriteFault::kStatement:
      return true;
    case WriteFault::kNone:
    case WriteFault::kTransient:
    case WriteFault::kInDoubt:
    case WriteFault::kBroken:
      return false;
  }
  return false;
}

void markFailed(std::span<PendingWrite> writes, FailedConversations& failed) {
  for (const PendingWrite& write : writes) {
    if (write.state == State::kFailed && !write.isJob()) {
      failed.add(write.record.conversationId, write.record.generation);
    }
  }
}

}  // namespace

bool FailedConversations::covers(ObjectId conversation, std::uint64_t generation) const {
  if (entries_.empty() || base::isPlanted(base::PlantedBug::kGenerationNotRaised)) return false;
  const auto found = entries_.find(conversation);
  return found != entries_.end() && generation <= found->second.generation;
}

void FailedConversations::add(ObjectId conversation, std::uint64_t generation) {
  const auto [found, isNew] = entries_.try_emplace(conversation, Entry{generation, kUntold});
  if (isNew) {
    untold_.push_back(conversation);
  } else if (generation > found->second.generation) {
    if (found->second.until != kUntold) untold_.push_back(conversation);
    found->second = {generation, kUntold};
  }
}

void FailedConversations::told(std::uint64_t submitted) {
  for (const ObjectId conversation : untold_) {
    entries_[conversation].until = submitted;
    ends_.push({submitted, conversation});
  }
  untold_.clear();
}

void FailedConversations::forget(std::uint64_t settled) {
  while (!ends_.empty() && ends_.front().first <= settled) {
    const auto found = entries_.find(ends_.front().second);
    // It may have failed again since, and then has a later end.
    if (found != entries_.end() && found->second.until == ends_.front().first) {
      entries_.erase(found);
    }
    ends_.pop();
  }
}

void failForNow(PendingWrite& write) {
  write.state = State::kFailed;
  write.result = {WriteFault::kStatement,
                  {ErrorCode::kStoreFailed, "The message could not be stored, try again"}};
}

CommitGroup::Outcome CommitGroup::run(std::span<PendingWrite> writes, FailedConversations& failed) {
  if (writes.empty()) return {};
  WriteResult result = attempt(writes, failed, Care::kNone);
  if (isOfOneWrite(result.fault)) result = attempt(writes, failed, Care::kEachMessage);
  if (!isOfOneWrite(result.fault)) {
    if (!result.ok()) {
      const bool isInDoubt = result.fault == WriteFault::kInDoubt;
      return {.settled = 0, .inDoubt = isInDoubt ? writes.size() : 0, .fault = std::move(result)};
    }
    markFailed(writes, failed);
    return {.settled = writes.size(), .fault = {}};
  }

  // COMMIT itself refuses: some write is the reason, halving finds it.
  if (writes.size() == 1) {
    PendingWrite& write = writes.front();
    base::log::error("a write is refused by the store at commit",
                     {{"conversation", write.record.conversationId.hex()},
                      {"seq", write.record.seq},
                      {"error", result.error.message}});
    if (write.isJob()) {
      write.state = State::kFailed;
      write.result = std::move(result);
    } else {
      failForNow(write);
      markFailed(writes, failed);
    }
    return {.settled = 1, .fault = {}};
  }
  const std::size_t half = writes.size() / 2;
  Outcome first = run(writes.first(half), failed);
  if (!first.fault.ok()) return first;
  Outcome second = run(writes.subspan(half), failed);
  second.settled += half;
  return second;
}

CommitGroup::Outcome CommitGroup::resolve(std::span<PendingWrite> writes,
                                          FailedConversations& failed) {
  WriteResult result = database_.resolve();
  if (result.ok()) {
    countStored(writes);
    markFailed(writes, failed);
    return {.settled = writes.size(), .fault = {}};
  }
  if (result.fault == WriteFault::kInDoubt) {
    return {.settled = 0, .inDoubt = writes.size(), .fault = std::move(result)};
  }
  for (PendingWrite& write : writes) {
    write.state = State::kOpen;
    write.first.reset();
  }
  return {.settled = 0, .fault = std::move(result)};
}

void CommitGroup::countStored(std::span<const PendingWrite> writes) {
  const auto stored = std::ranges::count_if(writes, [](const PendingWrite& write) {
    return write.state == State::kStored && !write.isJob();
  });
  stats_.committedMessages.fetch_add(static_cast<std::uint64_t>(stored), std::memory_order_relaxed);
}

WriteResult CommitGroup::attempt(std::span<PendingWrite> writes, const FailedConversations& failed,
                                 Care care) {
  WriteResult result = database_.begin();
  // Not the fault of a write: whatever it is, waiting is all that can be done.
  if (!result.ok() && result.fault != WriteFault::kBroken) result.fault = WriteFault::kTransient;
  if (result.ok()) result = writeAll(writes, failed, care);
  if (result.ok() && base::isPlanted(base::PlantedBug::kConfirmWithoutCommit)) {
    database_.rollback();
  } else if (result.ok()) {
    result = database_.commit();
  }
  if (result.ok()) {
    countStored(writes);
    return result;
  }
  if (result.fault == WriteFault::kInDoubt) return result;
  // After a failed fsync the file is not touched any more.
  if (result.fault != WriteFault::kBroken) database_.rollback();
  for (PendingWrite& write : writes) {
    write.state = State::kOpen;
    write.first.reset();
  }
  return result;
}

WriteResult CommitGroup::writeAll(std::span<PendingWrite> writes, const FailedConversations& failed,
                                  Care care) {
  FailedConversations failedHere;  // until COMMIT nothing is known to have failed
  for (PendingWrite& write : writes) {
    if (write.isJob()) {
      if (WriteResult result = writeJob(write); !result.ok()) return result;
      continue;
    }
    const ObjectId conversation = write.record.conversationId;
    const std::uint64_t generation = write.record.generation;
    if (failed.covers(conversation, generation) || failedHere.covers(conversation, generation)) {
      failForNow(write);
      continue;
    }
    if (WriteResult result = writeMessage(write, care); !result.ok()) return result;
    if (write.state == State::kFailed) failedHere.add(conversation, generation);
  }
  return {};
}

WriteResult CommitGroup::writeMessage(PendingWrite& write, Care care) {
  const bool isCareful = care == Care::kEachMessage;
  if (isCareful) {
    if (WriteResult result = database_.savepoint(); !result.ok()) return result;
  }
  const std::uint64_t commitNo = database_.nextCommitNo();
  WriteResult result = database_.insertMessage(write.record, commitNo);
  if (result.ok()) {
    write.state = State::kStored;
    write.commitNo = commitNo;
    return isCareful ? database_.releaseSavepoint() : result;
  }
  if (!isCareful || !isOfOneWrite(result.fault)) return result;

  database_.rollbackToSavepoint();
  failForNow(write);
  std::optional<StoredMessage> first;
  if (result.fault == WriteFault::kConflict && !write.record.clientMessageId.empty()) {
    first = database_.findByClientId(write.record.senderId, write.record.clientMessageId);
  }
  if (first) {
    write.first = std::make_unique<StoredMessage>(std::move(*first));
    write.result = {WriteFault::kConflict,
                    {ErrorCode::kConflict, "A message with this clientMessageId exists"}};
  } else {
    // Without a first one it is our numbering that is wrong, or a damaged page: never the sender.
    base::log::error("a message is refused by the store",
                     {{"conversation", write.record.conversationId.hex()},
                      {"seq", write.record.seq},
                      {"error", result.error.message}});
  }
  return {};
}

WriteResult CommitGroup::writeJob(PendingWrite& write) {
  if (WriteResult result = database_.savepoint(); !result.ok()) return result;
  WriteResult result = write.job(database_);
  if (result.ok()) {
    write.state = State::kStored;
    write.result = {};
    return database_.releaseSavepoint();
  }
  if (!isOfOneWrite(result.fault)) return result;
  database_.rollbackToSavepoint();
  write.state = State::kFailed;
  write.result = std::move(result);
  return {};
}

}  // namespace rookery::store
