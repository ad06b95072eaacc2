#include "rookery/store/sqlite_database.h"

#include <algorithm>

#include "rookery/base/log.h"
#include "rookery/store/sql_database.h"
#include "rookery/store/sql_reader.h"
#include "rookery/store/sqlite_checkpointer.h"
#include "rookery/store/sqlite_faults.h"
#include "rookery/store/sqlite_search.h"

namespace rookery::store::sqlite {
namespace {

// How much of the log is not in the file yet when the copier is started.
constexpr std::int64_t kCopyWhenIdleBytes = 1LL << 20;
constexpr std::int64_t kCopyWhenBusyBytes = 48LL << 20;
// A log of this length is to begin anew, which it does with the first write after all of it was
// copied: the writer, who would go on appending meanwhile, copies the last little himself.
constexpr std::int64_t kLongLogBytes = 64LL << 20;
constexpr std::int64_t kLastLittleBytes = 8LL << 20;
/// After so much more it is tried again where a reader still needs the log as it is.
constexpr std::int64_t kTryAgainBytes = 1LL << 20;
/// Here the writer waits for the copier, and copies all that is left.
constexpr std::int64_t kMostLogBytes = 128LL << 20;

class SqliteDatabase final : public SqlDatabase<Driver> {
 public:
  SqliteDatabase(Connection connection, const std::string& path, StoreStats& stats,
                 UserMemory& users)
      : SqlDatabase(std::move(connection), stats, users), copier_(path) {
    sqlite3_wal_hook(connection_.handle(), &SqliteDatabase::onWalCommit, this);
  }

  /// What cannot be done in a constructor, as it may fail.
  Result<void> start() {
    if (readCommitNo()) return {};
    return base::fail(base::ErrorCode::kStoreFailed,
                      "the store cannot be used: " + connection_.message());
  }

  WriteResult begin() override {
    openNo_ = committedNo_;
    changedUsers_.clear();
    return run(begin_, "begin");
  }

  WriteResult commit() override {
    // SQLite does not write a page whose content stays the same: a commit that is to show whether
    // the store takes writes must change something.
    if (openNo_ == committedNo_) ++openNo_;
    if (WriteResult kept = run(keepCommitNo_, "commit", openNo_); !kept.ok()) return kept;
    WriteResult done = run(commit_, "commit");
    forgetChangedUsers();
    if (done.ok()) {
      stats_.commits.fetch_add(1, std::memory_order_relaxed);
      committedNo_ = openNo_;
    }
    return done;
  }

  void rollback() override {
    stats_.rollbacks.fetch_add(1, std::memory_order_relaxed);
    openNo_ = committedNo_;
    // SQLite has rolled back by itself after some failures.
    if (connection_.inTransaction()) static_cast<void>(run(rollback_, "rollback"));
  }

  WriteResult savepoint() override {
    savepointNo_ = openNo_;
    return run(savepoint_, "savepoint");
  }
  void rollbackToSavepoint() override {
    openNo_ = savepointNo_;
    // When this fails, so does COMMIT; the group is then rolled back as a whole.
    static_cast<void>(run(rollbackTo_, "rollback to savepoint"));
    static_cast<void>(run(release_, "release savepoint"));
  }
  WriteResult releaseSavepoint() override { return run(release_, "release savepoint"); }

  WriteResult maintain(bool idle) override {
    const bool isLong = walFrames_ >= longFrames_;
    const bool isTooLong = isLong && walFrames_ * kPageBytes >= kMostLogBytes;
    if (copier_.isAtWork()) {
      if (!isTooLong) return {};
      copier_.wait();
    }
    if (const auto done = copier_.take()) {
      if (done->result.ok()) noteCopied(done->moved);
      if (done->result.fault == WriteFault::kBroken) return leaveLog(done->result);
    }
    const std::int64_t uncopied = (walFrames_ - copiedFrames_) * kPageBytes;
    if (isTooLong || (isLong && uncopied < kLastLittleBytes)) return copyRest();
    const std::int64_t bound = idle     ? kCopyWhenIdleBytes
                               : isLong ? kLastLittleBytes
                                        : kCopyWhenBusyBytes;
    if (uncopied >= bound) copier_.start();
    return {};
  }

  WriteResult insertMessage(const MessageRecord& record, std::uint64_t commitNo) override {
    WriteResult result =
        run(insertMessage_, "message", record.conversationId, record.seq, record.id, commitNo,
            record.kind, MessageStatus::kUnread, record.senderId, record.createdAt, record.parentId,
            OrNull{record.clientMessageId}, OrNull{record.image}, OrNull{record.imageKey},
            record.body, OrNull{idsText(record.mentions)});
    if (!result.ok()) return result;
    openNo_ = std::max(openNo_, commitNo);
    return record.parentId ? noteReply(record, commitNo) : result;
  }

 private:
  static constexpr std::int64_t kPageBytes = 4096;

  WriteResult outcome(Run& run, std::string_view what) override {
    return outcomeOf(run.finish(), what);
  }
  WriteResult outcomeOf(int code, std::string_view what) {
    WriteResult result = writeResult(code, connection_, what);
    return result.fault == WriteFault::kBroken ? leaveLog(result) : result;
  }
  /// Closing would copy the log into the file and delete it: it is left for the restart.
  WriteResult leaveLog(const WriteResult& broken) {
    sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return broken;
  }

  /// The log may have begun anew since.
  void noteCopied(int frames) { copiedFrames_ = frames <= walFrames_ ? frames : 0; }
  WriteResult copyRest() {
    int logged = 0;
    int moved = 0;
    const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr,
                                               SQLITE_CHECKPOINT_PASSIVE, &logged, &moved);
    longFrames_ = walFrames_ + kTryAgainBytes / kPageBytes;
    if (code != SQLITE_OK) return outcomeOf(code, "checkpoint");
    noteCopied(moved);
    return {};
  }

  static int onWalCommit(void* self, sqlite3* /*handle*/, const char* /*schema*/, int frames) {
    auto& database = *static_cast<SqliteDatabase*>(self);
    if (frames < database.walFrames_) {  // the log has begun anew
      database.copiedFrames_ = 0;
      database.longFrames_ = kLongLogBytes / kPageBytes;
    }
    database.walFrames_ = frames;
    return SQLITE_OK;
  }

  std::int64_t walFrames_ = 0;
  std::int64_t copiedFrames_ = 0;
  std::int64_t longFrames_ = kLongLogBytes / kPageBytes;
  Checkpointer copier_;

  Statement begin_{connection_, "BEGIN IMMEDIATE"};
  Statement commit_{connection_, "COMMIT"};
  Statement rollback_{connection_, "ROLLBACK"};
  Statement savepoint_{connection_, "SAVEPOINT one"};
  Statement rollbackTo_{connection_, "ROLLBACK TO one"};
  Statement release_{connection_, "RELEASE one"};
  Statement keepCommitNo_{connection_, "UPDATE meta SET value = ?1 WHERE key = 'last_commit_no'"};
  Statement insertMessage_{
      connection_,
      "INSERT INTO messages (conversation_id, seq, id, commit_no, version, kind, status, "
      "sender_id, created_at, parent_id, client_message_id, image, image_key, body, "
      "mentions) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"};
};

}  // namespace

Result<std::unique_ptr<Database>> makeDatabase(Connection connection, const std::string& path,
                                               StoreStats& stats, UserMemory& users) {
  auto database = std::make_unique<SqliteDatabase>(std::move(connection), path, stats, users);
  if (const Result<void> started = database->start(); !started) return base::fail(started.error());
  return database;
}

Result<std::unique_ptr<Reader>> makeReader(Connection connection, UserMemory& users) {
  auto reader = std::make_unique<SqlReader<Driver>>(std::move(connection), &users);
  if (const Result<void> started = reader->start(); !started) return base::fail(started.error());
  return reader;
}

}  // namespace rookery::store::sqlite
