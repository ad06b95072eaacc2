#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "rookery/base/clock.h"
#include "rookery/base/error.h"
#include "rookery/base/executor.h"
#include "rookery/base/function.h"
#include "rookery/base/held.h"
#include "rookery/store/database.h"
#include "rookery/store/records.h"

namespace rookery::store {

/// What became of one message.
struct Settled {
  MessageRecord record;
  std::uint64_t commitNo = 0;          ///< when confirmed
  std::optional<base::Error> error;    ///< set: failed
  bool retryable = false;              ///< when failed: the same message may be sent again
  std::optional<StoredMessage> first;  ///< on kConflict: the message that has this client id
};

/// Commits messages and other changes in groups, so that one fsync serves many senders
/// (docs/decisions/0004).
/// Thread:   reserve(), submit(), write(), close() from any; the database is used on `writer`,
///           outcomes are told on `teller`, or on `writer` where few are.
/// Owns:     its database connection. The executors and the clock outlive it.
/// Order:    records are committed, and answered, in the order in which submit() took them.
/// At limit: reserve() refuses at once with kOverloaded; nothing here ever waits.
class StoreWriter {
 public:
  struct Limits {
    std::size_t queuedRecords = 100'000;
    std::size_t queuedBytes = 64UL << 20;
    std::size_t recordsPerCommit = 2'000;
    std::chrono::milliseconds retryFor{10'000};  ///< while the store fails, from submit()
  };
  /// Hears of each record exactly once, on `teller` or `writer`, one call at a time, in the order
  /// of submission, group by group.
  using OnSettled = base::UniqueFunction<void(std::span<Settled>)>;
  /// The store cannot be trusted any more (a failed fsync): called once, on `writer`; what is in
  /// doubt gets no outcome, nor does anything after it, and close() does not drain. The process is
  /// to end with exit code 1; the restart reads what is really there.
  using OnBroken = base::UniqueFunction<void(const base::Error&)>;
  /// Other changes: runs inside the group's transaction, under a savepoint of its own.
  using Job = base::UniqueFunction<WriteResult(Database&)>;
  using JobDone = base::UniqueFunction<void(const WriteResult&)>;

  /// A place in the queue, move-only; gives itself back when it is not used. The writer outlives
  /// it.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&& other) noexcept;
    ~Slot();

   private:
    friend class StoreWriter;
    StoreWriter* writer_ = nullptr;
    std::size_t bytes_ = 0;
  };

  /// `teller` runs one piece of work at a time, as `writer` does; they may be the same.
  StoreWriter(std::unique_ptr<Database> database, StoreStats& stats, base::Executor& writer,
              base::Executor& teller, const base::Clock& clock, Limits limits, OnSettled onSettled,
              OnBroken onBroken);
  /// After both have stopped, or on them. What was not drained gets no outcome.
  ~StoreWriter();

  /// A place for one record of `bytes`; kOverloaded when the queue is full, kStoreFailed after
  /// close().
  [[nodiscard]] base::Result<Slot> reserve(std::size_t bytes);
  /// Cannot fail: the slot is the promise. Call under the conversation's lock (delivery.md,
  /// order).
  void submit(Slot slot, MessageRecord record);
  /// Runs `job` in the order of submission, commits it with its group and then calls `done` on
  /// `teller` or `writer`: after COMMIT, or with why not. A transient fault is retried for
  /// `retryFor`; a job may therefore run several times and must have no effect but on the database.
  void write(Slot slot, Job job, JobDone done);
  /// Takes nothing more, commits what is queued and what still comes for slots given out before,
  /// then runs `drained` on `writer`. Once.
  void close(base::UniqueFunction<void()> drained);

  [[nodiscard]] std::size_t queuedRecords() const;
  [[nodiscard]] base::Held held() const;
  /// Whether the last attempt to commit succeeded: what /readyz shows.
  [[nodiscard]] bool healthy() const;
  /// The highest commitNo whose outcomes onSettled has returned from (delivery.md, recovery).
  [[nodiscard]] std::uint64_t publishedCommitNo() const;

 private:
  struct Impl;                  // keeps threads and SQL out of every file that includes this one
  std::shared_ptr<Impl> impl_;  // shared with nobody: what waits on `writer` holds it weakly
};

}  // namespace rookery::store
