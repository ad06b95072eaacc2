#include "rookery/store/sqlite_database.h"

#include <algorithm>

#include "rookery/base/log.h"
#include "rookery/store/sqlite_faults.h"
#include "rookery/store/sqlite_rows.h"

namespace rookery::store::sqlite {
namespace {

/// A checkpoint costs two fsyncs: while idle it waits for this much log, otherwise for the bound.
constexpr std::int64_t kIdleCheckpointBytes = 1LL << 20;
constexpr std::int64_t kBusyCheckpointBytes = 64LL << 20;

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(Connection connection, StoreStats& stats)
      : connection_(std::move(connection)), stats_(stats) {
    sqlite3_wal_hook(connection_.handle(), &SqliteDatabase::onWalCommit, this);
  }

  /// What cannot be done in a constructor, as it may fail.
  Result<void> start() {
    if (connection_.prepareFailure() == SQLITE_OK) {
      Run run(readCommitNo_);
      if (run.next()) committedNo_ = static_cast<std::uint64_t>(run.integer(0));
      if (run.finish() == SQLITE_OK) {
        openNo_ = committedNo_;
        return {};
      }
    }
    return base::fail(base::ErrorCode::kStoreFailed,
                      "the store cannot be used: " + connection_.message());
  }

  WriteResult begin() override {
    openNo_ = committedNo_;
    return run(begin_, "begin");
  }

  WriteResult commit() override {
    // SQLite does not write a page whose content stays the same: a commit that is to show whether
    // the store takes writes must change something.
    if (openNo_ == committedNo_) ++openNo_;
    if (WriteResult kept = run(keepCommitNo_, "commit", openNo_); !kept.ok()) return kept;
    WriteResult done = run(commit_, "commit");
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
    const std::int64_t open = (walFrames_ - checkpointedFrames_) * kPageBytes;
    if (open < (idle ? kIdleCheckpointBytes : kBusyCheckpointBytes)) return {};
    int logged = 0;
    int moved = 0;
    // PASSIVE waits for nobody: what a reader still needs is left to the next time.
    const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr,
                                               SQLITE_CHECKPOINT_PASSIVE, &logged, &moved);
    if (code != SQLITE_OK) return outcome(code, "checkpoint");
    walFrames_ = logged;
    checkpointedFrames_ = moved;
    return {};
  }

  std::uint64_t lastCommitNo() const override { return committedNo_; }

  WriteResult insertMessage(const MessageRecord& record, std::uint64_t commitNo) override {
    WriteResult result = run(
        insertMessage_, "message", record.conversationId, record.seq, record.id, commitNo,
        record.kind, MessageStatus::kUnread, record.senderId, record.createdAt, record.parentId,
        OrNull{record.clientMessageId}, OrNull{record.image}, OrNull{record.imageKey}, record.body);
    if (result.ok()) openNo_ = std::max(openNo_, commitNo);
    return result;
  }

  std::optional<StoredMessage> findByClientId(ObjectId sender,
                                              std::string_view clientMessageId) override {
    Run run(findByClientId_, sender, clientMessageId);
    if (!run.next()) return std::nullopt;
    return messageRow(run);
  }

  WriteResult insertUser(const UserRecord& user) override {
    return namedConflict(
        run(insertUser_, "user", user.id, user.username, user.email, user.passwordHash, user.avatar,
            user.name, user.about, user.disabled, user.admin, user.createdAt, user.updatedAt),
        user);
  }
  WriteResult updateUser(const UserRecord& user) override {
    return namedConflict(
        run(updateUser_, "user", user.id, user.username, user.email, user.passwordHash, user.avatar,
            user.name, user.about, user.disabled, user.admin, user.updatedAt),
        user);
  }
  WriteResult insertWorkspace(const WorkspaceRecord& it) override {
    return run(insertWorkspace_, "workspace", it.id, it.name, it.description, it.joinCode,
               it.createdAt, it.updatedAt);
  }
  WriteResult insertMember(const MemberRecord& it) override {
    return run(insertMember_, "member", it.workspaceId, it.userId, it.role, it.createdAt);
  }
  WriteResult insertChannel(const ChannelRecord& it) override {
    return run(insertChannel_, "channel", it.id, it.workspaceId, it.name, it.createdAt,
               it.updatedAt);
  }
  WriteResult insertRoom(const RoomRecord& it) override {
    return run(insertRoom_, "room", it.id, it.senderId, it.recieverId, it.status, it.createdAt,
               it.updatedAt);
  }
  WriteResult putSubscription(ObjectId userId, const Subscription& what, WallMs now) override {
    return run(putSubscription_, "subscription", userId, what.conversationId, what.kind, now);
  }
  WriteResult removeSubscription(ObjectId userId, ObjectId conversation) override {
    return run(removeSubscription_, "subscription", userId, conversation);
  }

 private:
  static constexpr std::int64_t kPageBytes = 4096;

  template <typename... Parameters>
  WriteResult run(Statement& statement, std::string_view what, const Parameters&... parameters) {
    Run once(statement, parameters...);
    return outcome(once.finish(), what);
  }

  WriteResult outcome(int code, std::string_view what) {
    WriteResult result = writeResult(code, connection_, what);
    if (result.fault == WriteFault::kBroken) {
      // Closing would copy the log into the file and delete it: it is left for the restart.
      sqlite3_db_config(connection_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }
    return result;
  }

  /// Says which of the two unique fields is taken: the contract tells them apart.
  WriteResult namedConflict(WriteResult result, const UserRecord& user) {
    if (result.fault != WriteFault::kConflict) return result;
    Run taken(otherWithEmail_, user.email, user.id);
    result.error.message = taken.next() ? "email" : "username";
    return result;
  }

  static int onWalCommit(void* self, sqlite3* /*handle*/, const char* /*schema*/, int frames) {
    auto& database = *static_cast<SqliteDatabase*>(self);
    // A log that is shorter than what was checkpointed has begun anew.
    if (frames < database.checkpointedFrames_) database.checkpointedFrames_ = 0;
    database.walFrames_ = frames;
    return SQLITE_OK;
  }

  Connection connection_;
  StoreStats& stats_;
  std::uint64_t committedNo_ = 0;
  std::uint64_t openNo_ = 0;       ///< the highest of the open transaction
  std::uint64_t savepointNo_ = 0;  ///< openNo_ when the savepoint was set
  std::int64_t walFrames_ = 0;
  std::int64_t checkpointedFrames_ = 0;

  Statement begin_{connection_, "BEGIN IMMEDIATE"};
  Statement commit_{connection_, "COMMIT"};
  Statement rollback_{connection_, "ROLLBACK"};
  Statement savepoint_{connection_, "SAVEPOINT one"};
  Statement rollbackTo_{connection_, "ROLLBACK TO one"};
  Statement release_{connection_, "RELEASE one"};
  Statement readCommitNo_{connection_, "SELECT value FROM meta WHERE key = 'last_commit_no'"};
  Statement keepCommitNo_{connection_, "UPDATE meta SET value = ?1 WHERE key = 'last_commit_no'"};
  Statement insertMessage_{
      connection_,
      "INSERT INTO messages (conversation_id, seq, id, commit_no, version, kind, status, "
      "sender_id, created_at, parent_id, client_message_id, image, image_key, body) "
      "VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"};
  Statement findByClientId_{
      connection_,
      selectMessages("messages AS m WHERE m.sender_id = ?1 AND m.client_message_id = ?2")};
  Statement insertUser_{
      connection_,
      "INSERT INTO users (id, username, email, password_hash, avatar, name, about, disabled, "
      "admin, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"};
  Statement updateUser_{
      connection_,
      "UPDATE users SET username = ?2, email = ?3, password_hash = ?4, avatar = ?5, name = ?6, "
      "about = ?7, disabled = ?8, admin = ?9, updated_at = ?10 WHERE id = ?1"};
  Statement otherWithEmail_{connection_, "SELECT 1 FROM users WHERE email = ?1 AND id <> ?2"};
  Statement insertWorkspace_{
      connection_,
      "INSERT INTO workspaces (id, name, description, join_code, created_at, updated_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"};
  Statement insertMember_{connection_,
                          "INSERT INTO workspace_members (workspace_id, user_id, role, created_at) "
                          "VALUES (?1, ?2, ?3, ?4)"};
  Statement insertChannel_{connection_,
                           "INSERT INTO channels (id, workspace_id, name, created_at, updated_at) "
                           "VALUES (?1, ?2, ?3, ?4, ?5)"};
  Statement insertRoom_{
      connection_,
      "INSERT INTO rooms (id, sender_id, reciever_id, status, created_at, updated_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"};
  Statement putSubscription_{
      connection_,
      "INSERT INTO subscriptions (user_id, conversation_id, kind, created_at) "
      "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"};
  Statement removeSubscription_{
      connection_, "DELETE FROM subscriptions WHERE user_id = ?1 AND conversation_id = ?2"};
};

}  // namespace

Result<std::unique_ptr<Database>> makeDatabase(Connection connection, StoreStats& stats) {
  auto database = std::make_unique<SqliteDatabase>(std::move(connection), stats);
  if (const Result<void> started = database->start(); !started) return base::fail(started.error());
  return database;
}

}  // namespace rookery::store::sqlite
