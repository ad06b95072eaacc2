#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/ring.h"
#include "rookery/store/store_writer.h"

namespace rookery::store {

/// Something that waits to be committed: a message, or a job when `job` is set.
struct PendingWrite {
  MessageRecord record;
  StoreWriter::Job job;
  StoreWriter::JobDone done;
  std::size_t bytes = 0;  ///< what its slot took
  base::SteadyTime submittedAt{};

  // What became of it, as far as the last attempt knows; kOpen again after a rollback.
  enum class State : std::uint8_t { kOpen, kStored, kFailed } state = State::kOpen;
  std::uint64_t commitNo = 0;
  WriteResult result;                    ///< why kFailed
  std::unique_ptr<StoredMessage> first;  ///< the message that has this client id already

  [[nodiscard]] bool isJob() const { return static_cast<bool>(job); }
};

/// Which records must fail because an earlier one of their conversation did: those of the same
/// generation or an older one (delivery.md, failure). An entry is kept until all records that may
/// have been numbered before the failure was told have been settled, so there are never more
/// entries than records in flight.
/// Thread: the writer's executor.
class FailedConversations {
 public:
  [[nodiscard]] bool covers(ObjectId conversation, std::uint64_t generation) const;
  void add(ObjectId conversation, std::uint64_t generation);
  /// The failures added so far have been told: only the first `submitted` records can be older.
  void told(std::uint64_t submitted);
  /// The first `settled` records have been settled.
  void forget(std::uint64_t settled);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  static constexpr std::uint64_t kUntold = ~0ULL;
  struct Entry {
    std::uint64_t generation = 0;
    std::uint64_t until = kUntold;
  };
  std::unordered_map<ObjectId, Entry, base::ObjectIdHash> entries_;
  std::vector<ObjectId> untold_;
  base::Ring<std::pair<std::uint64_t, ObjectId>> ends_;  ///< (until, conversation), rising
};

/// Brings a run of writes into the database with as few commits as their faults allow.
/// Thread: the writer's executor.
class CommitGroup {
 public:
  CommitGroup(Database& database, StoreStats& stats) : database_(database), stats_(stats) {}

  struct Outcome {
    std::size_t settled = 0;  ///< how many from the front are kStored or kFailed for good
    std::size_t inDoubt = 0;  ///< how many behind those have neither outcome yet: see resolve()
    WriteResult fault;        ///< kTransient, kInDoubt or kBroken when that is why not all are
  };
  /// Tries the writes in order. A fault of one write alone fails that write and what
  /// `failed` makes of it, never the others.
  [[nodiscard]] Outcome run(std::span<PendingWrite> writes, FailedConversations& failed);
  /// Asks the store about the `writes` that run() left in doubt: they are then settled, or open
  /// again with kTransient, or still in doubt.
  [[nodiscard]] Outcome resolve(std::span<PendingWrite> writes, FailedConversations& failed);

 private:
  enum class Care : std::uint8_t {
    kNone,        ///< no savepoint for a message: the case without faults costs nothing extra
    kEachMessage  ///< a message that faults is failed, the transaction goes on
  };

  WriteResult attempt(std::span<PendingWrite> writes, const FailedConversations& failed, Care care);
  WriteResult writeAll(std::span<PendingWrite> writes, const FailedConversations& failed,
                       Care care);
  WriteResult writeMessage(PendingWrite& write, Care care);
  WriteResult writeJob(PendingWrite& write);
  void countStored(std::span<const PendingWrite> writes);

  Database& database_;
  StoreStats& stats_;
};

/// Marks a message as failed; the same message may be sent again.
void failForNow(PendingWrite& write);

}  // namespace rookery::store
