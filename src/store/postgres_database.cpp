#include "rookery/store/postgres_database.h"

#include <algorithm>

#include "rookery/base/log.h"
#include "rookery/store/postgres_faults.h"
#include "rookery/store/postgres_messages.h"
#include "rookery/store/postgres_schema.h"
#include "rookery/store/postgres_search.h"
#include "rookery/store/sql_database.h"
#include "rookery/store/sql_reader.h"

namespace rookery::store::postgres {
namespace {

/// What needs no answer of its own (BEGIN, SAVEPOINT, messages) is sent with what comes next, so a
/// group of messages is one round trip: BEGIN, one INSERT, the commit number, COMMIT.
class PostgresDatabase final : public SqlDatabase<Driver> {
 public:
  PostgresDatabase(Connection connection, StoreStats& stats, UserMemory& users)
      : SqlDatabase(std::move(connection), stats, users) {}

  /// What cannot be done in a constructor, as it may fail.
  Result<void> start() {
    if (readCommitNo()) return {};
    return base::fail(base::ErrorCode::kStoreFailed,
                      "the store cannot be used: " + connection_.message());
  }

  WriteResult begin() override {
    openNo_ = committedNo_;
    changedUsers_.clear();
    forgetOpen();
    if (!connection_.isConnected()) {
      if (WriteResult back = reconnect(); !back.ok()) return back;
      if (WriteResult same = expectCommitNo(); !same.ok()) return same;
    }
    send(begin_);
    return {};
  }

  WriteResult commit() override {
    // As in SQLite: a commit shows whether the store takes writes, so it writes.
    if (openNo_ == committedNo_) ++openNo_;
    sendMessages();
    const Parameter number = Run::make(openNo_);
    send(keepCommitNo_, {&number, 1});
    const bool isCommitSent = send(commit_);
    const Reply reply = connection_.sync();
    forgetChangedUsers();
    if (reply.isLost && isCommitSent) {
      doubtfulNo_ = openNo_;
      WriteResult result = writeResult(reply, "commit");
      result.fault = WriteFault::kInDoubt;
      return result;
    }
    WriteResult done = writeResult(reply, "commit");
    if (!done.ok()) return done;
    // A transaction that has failed before is ended by COMMIT, and that is no error.
    if (std::string_view(PQcmdStatus(reply.last.get())) != "COMMIT") {
      return {WriteFault::kStatement,
              {base::ErrorCode::kStoreFailed, "The store could not keep it"}};
    }
    stats_.commits.fetch_add(1, std::memory_order_relaxed);
    committedNo_ = openNo_;
    return done;
  }

  /// The group's commit number is written in its transaction, by the only writer there is: whoever
  /// reads it, after our old session has ended, knows whether all its ids are there.
  WriteResult resolve() override {
    WriteResult result = reconnect();
    if (result.ok()) {
      Run run(readNo_);
      result = outcome(run, "resolve");
      forgetChangedUsers();
      if (result.ok()) return settleDoubt(run.next() ? run.integer(0) : -1);
    }
    if (result.fault != WriteFault::kBroken) result.fault = WriteFault::kInDoubt;
    return result;
  }

  void rollback() override {
    stats_.rollbacks.fetch_add(1, std::memory_order_relaxed);
    openNo_ = committedNo_;
    forgetOpen();
    if (!connection_.isConnected()) return;  // the transaction went with its session
    send(rollback_);
    static_cast<void>(connection_.sync());
  }

  WriteResult savepoint() override {
    savepointNo_ = openNo_;
    // Their faults are not those of what comes behind the savepoint.
    if (!messages_.isEmpty()) {
      sendMessages();
      if (WriteResult result = writeResult(connection_.sync(), "messages"); !result.ok()) {
        return result;
      }
    }
    isInSavepoint_ = true;
    send(savepoint_);
    return {};
  }
  void rollbackToSavepoint() override {
    openNo_ = savepointNo_;
    isInSavepoint_ = false;
    send(rollbackTo_);
    send(release_);
  }
  WriteResult releaseSavepoint() override {
    isInSavepoint_ = false;
    send(release_);
    return {};
  }

  WriteResult maintain(bool /*idle*/) override { return {}; }  // autovacuum does it

  WriteResult insertMessage(const MessageRecord& record, std::uint64_t commitNo) override {
    messages_.add(record, commitNo);
    if (isInSavepoint_) {
      sendMessages();
      if (WriteResult result = writeResult(connection_.sync(), "message"); !result.ok()) {
        return result;
      }
    }
    openNo_ = std::max(openNo_, commitNo);
    return record.parentId ? noteReply(record, commitNo) : WriteResult{};
  }

 private:
  bool send(Statement& statement, std::span<const Parameter> parameters = {}) {
    connection_.countUse();
    return connection_.send(statement, parameters);
  }

  void sendMessages() {
    if (messages_.isEmpty()) return;
    const auto columns = messages_.parameters();
    send(insertMessages_, columns);
    messages_.clear();
  }

  void forgetOpen() {
    messages_.clear();
    isInSavepoint_ = false;
  }

  WriteResult outcome(Run& run, std::string_view what) override {
    violated_ = run.reply().constraint;
    return writeResult(run.reply(), what);
  }
  /// Asking would fail: the transaction has, until it goes back to its savepoint.
  bool isEmailTaken(const UserRecord& /*user*/) override { return violated_ == "users_email"; }

  WriteResult reconnect() {
    auto back = connection_.reconnect();
    if (back) back = becomeWriter(connection_);
    if (back) {
      base::log::info("connected to PostgreSQL again");
      return {};
    }
    connection_.drop();
    base::log::limited(base::log::Level::kWarn, "PostgreSQL cannot be reached",
                       {{"error", back.error().message}});
    return {WriteFault::kTransient, back.error()};
  }

  /// While we were away nobody else may have written: our numbers would be theirs.
  WriteResult expectCommitNo() {
    Run run(readNo_);
    if (WriteResult result = outcome(run, "reconnect"); !result.ok()) return result;
    const auto found = run.next() ? run.integer(0) : -1;
    return found == static_cast<std::int64_t>(committedNo_) ? WriteResult{} : foreign();
  }

  WriteResult settleDoubt(std::int64_t found) {
    if (found == static_cast<std::int64_t>(doubtfulNo_)) {
      stats_.commits.fetch_add(1, std::memory_order_relaxed);
      committedNo_ = doubtfulNo_;
      return {};
    }
    if (found != static_cast<std::int64_t>(committedNo_)) return foreign();
    stats_.rollbacks.fetch_add(1, std::memory_order_relaxed);
    openNo_ = committedNo_;
    forgetOpen();
    return {WriteFault::kTransient,
            {base::ErrorCode::kStoreFailed, "The store takes no writes at the moment"}};
  }

  static WriteResult foreign() {
    return {WriteFault::kBroken,
            {base::ErrorCode::kStoreFailed, "another program has written to the store"}};
  }

  MessageRows messages_;
  bool isInSavepoint_ = false;
  std::uint64_t doubtfulNo_ = 0;  ///< of the commit that was sent and not answered
  std::string violated_;          ///< the constraint, by the last statement

  Statement begin_{connection_, "BEGIN"};
  Statement commit_{connection_, "COMMIT"};
  Statement rollback_{connection_, "ROLLBACK"};
  Statement savepoint_{connection_, "SAVEPOINT one"};
  Statement rollbackTo_{connection_, "ROLLBACK TO one"};
  Statement release_{connection_, "RELEASE one"};
  Statement keepCommitNo_{connection_, "UPDATE meta SET value = ?1 WHERE key = 'last_commit_no'"};
  Statement readNo_{connection_, "SELECT value FROM meta WHERE key = 'last_commit_no'"};
  Statement insertMessages_{connection_, MessageRows::kInsert};
};

}  // namespace

Result<std::unique_ptr<Database>> makeDatabase(Connection connection, StoreStats& stats,
                                               UserMemory& users) {
  auto database = std::make_unique<PostgresDatabase>(std::move(connection), stats, users);
  if (const Result<void> started = database->start(); !started) return base::fail(started.error());
  return database;
}

Result<std::unique_ptr<Reader>> makeReader(Connection connection, UserMemory& users) {
  return std::make_unique<SqlReader<Driver>>(std::move(connection), &users);
}

}  // namespace rookery::store::postgres
