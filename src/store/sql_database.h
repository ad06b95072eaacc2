#pragma once

#include <algorithm>
#include <utility>

#include "rookery/base/encoding.h"
#include "rookery/store/database.h"
#include "rookery/store/sql_accounts.h"
#include "rookery/store/sql_administration.h"
#include "rookery/store/sql_message_changes.h"
#include "rookery/store/sql_reading.h"
#include "rookery/store/sql_recovery.h"
#include "rookery/store/sql_retention.h"
#include "rookery/store/sql_rows.h"
#include "rookery/store/user_memory.h"

namespace rookery::store {

/// The changes of both stores, written once (see sql_rows.h). What opens and ends a transaction,
/// and how messages get into it, is left to the store: SqliteDatabase, PostgresDatabase.
/// Thread: the writer's executor alone.
template <typename Driver>
class SqlDatabase : public SqlMessageChanges<Driver> {
  using Base = SqlMessageChanges<Driver>;

 public:
  using typename Base::Connection;
  using typename Base::Run;
  using typename Base::Statement;

  std::optional<StoredMessage> findByClientId(ObjectId sender,
                                              std::string_view clientMessageId) override {
    Run row(findByClientId_, sender, clientMessageId);
    if (!row.next()) return std::nullopt;
    return messageRow<Run>(row);
  }

  WriteResult insertUser(const UserRecord& user) override {
    return namedConflict(run(insertUser_, "user", user.id, user.username, user.email,
                             user.passwordHash, user.avatar, user.name, user.about, user.disabled,
                             user.admin, user.createdAt, user.updatedAt, user.tokenVersion),
                         user);
  }
  WriteResult updateUser(const UserRecord& user) override {
    changedUsers_.push_back(user.id);
    return namedConflict(
        run(updateUser_, "user", user.id, user.username, user.email, user.passwordHash, user.avatar,
            user.name, user.about, user.disabled, user.admin, user.updatedAt, user.tokenVersion),
        user);
  }
  WriteResult modifyUser(ObjectId id, absl::FunctionRef<void(UserRecord&)> change,
                         std::optional<UserRecord>& after) override {
    WriteResult result = readBack(administration_.user, id, after, userRow<Run>);
    if (!result.ok() || !after) return result;
    change(*after);
    return updateUser(*after);
  }
  WriteResult insertWorkspace(const WorkspaceRecord& it) override {
    return run(insertWorkspace_, "workspace", it.id, it.name, it.description, it.joinCode, it.image,
               it.createdAt, it.updatedAt);
  }
  WriteResult modifyWorkspace(ObjectId id, absl::FunctionRef<void(WorkspaceRecord&)> change,
                              std::optional<WorkspaceRecord>& after) override {
    WriteResult result = readBack(administration_.workspace, id, after, workspaceRow<Run>);
    if (!result.ok() || !after) return result;
    change(*after);
    return run(administration_.updateWorkspace, "workspace", id, after->name, after->description,
               after->joinCode, after->image, after->updatedAt);
  }
  WriteResult renameChannel(ObjectId id, std::string_view name, WallMs now) override {
    return run(administration_.renameChannel, "channel", id, name, now);
  }
  WriteResult setRoomStatus(ObjectId id, RoomStatus status, WallMs now) override {
    return run(administration_.setRoomStatus, "room", id, status, now);
  }
  WriteResult deleteWorkspace(ObjectId id, std::vector<ObjectId>& channels) override {
    auto& it = administration_;
    {
      Run row(it.channelsOf, id);
      while (row.next()) channels.push_back(row.id(0));
      if (WriteResult result = outcome(row, "channel"); !result.ok()) return result;
    }
    return inTurn(id, {&it.buryChannels, &it.unsubscribeChannels, &it.dropChannels, &it.dropMembers,
                       &it.dropWorkspace});
  }
  WriteResult deleteRoom(ObjectId id) override {
    auto& it = administration_;
    return inTurn(id, {&it.bury, &it.unsubscribe, &it.dropRoom});
  }
  WriteResult purgeConversation(ObjectId id, bool& isDone) override {
    auto& it = administration_;
    std::int64_t end = 0;
    {
      Run row(it.sliceEnd, id, kSlice);
      if (row.next() && !row.isNull(0)) end = row.integer(0);
      if (WriteResult result = outcome(row, "message"); !result.ok()) return result;
    }
    isDone = end == 0;
    if (isDone) return inTurn(id, {&it.purgeCursors, &it.unbury});
    return deleteUpTo(id, end);
  }
  WriteResult deleteOldest(ObjectId workspace, ObjectId cut, std::uint64_t& count) override {
    count = 0;
    ObjectId channel;
    std::int64_t first = 0;
    std::int64_t last = 0;
    {
      Run row(retention_.oldChannel, workspace, cut);
      if (row.next()) {
        channel = row.id(0);
        first = row.integer(1);
        last = row.integer(2);
      }
      if (WriteResult result = outcome(row, "message"); !result.ok()) return result;
    }
    if (first == last) return {};
    std::int64_t end = std::min(first + kSlice, last);  // the first that stays
    {
      Run row(retention_.firstKept, channel, kSlice, cut);
      if (row.next() && !row.isNull(0)) end = std::min(end, row.integer(0));
      if (WriteResult result = outcome(row, "message"); !result.ok()) return result;
    }
    count = static_cast<std::uint64_t>(end - first);
    return deleteUpTo(channel, end - 1);
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

  WriteResult startCursor(ObjectId userId, ObjectId conversation) override {
    return run(reading_.startCursor, "cursor", userId, conversation);
  }
  WriteResult advanceRead(ReadMark& mark, ConversationKind kind, bool& moved) override {
    std::uint64_t before = 0;
    {
      Run row(reading_.lastRead, mark.userId, mark.conversationId);
      if (row.next()) before = static_cast<std::uint64_t>(row.integer(0));
      if (WriteResult result = outcome(row, "cursor"); !result.ok()) return result;
    }
    moved = mark.seq > before;
    if (!moved) return {};
    mark.commitNo = this->nextCommitNo();
    WriteResult result = run(reading_.advanceRead, "cursor", mark.userId, mark.conversationId,
                             mark.seq, mark.readAt, mark.commitNo);
    if (!result.ok() || kind != ConversationKind::kRoom) return result;
    return run(reading_.setRead, "message", mark.conversationId, before, mark.seq, mark.userId,
               MessageStatus::kRead);
  }
  WriteResult advanceDelivered(ObjectId userId, ObjectId conversation, std::uint64_t seq,
                               bool& moved) override {
    {
      Run row(reading_.delivered, userId, conversation);
      moved = !row.next() || static_cast<std::uint64_t>(row.integer(0)) < seq;
      if (WriteResult result = outcome(row, "cursor"); !result.ok()) return result;
    }
    if (!moved) return {};
    return run(reading_.advanceDelivered, "cursor", userId, conversation, seq);
  }
  WriteResult raiseDelivered(ObjectId userId, std::uint64_t from, std::uint64_t upTo,
                             WallMs since) override {
    return run(reading_.raiseDelivered, "cursor", userId, from, upTo, since);
  }
  WriteResult noteOffered(ObjectId userId, ObjectId conversation, std::uint64_t seq) override {
    return run(reading_.noteOffered, "cursor", userId, conversation, seq);
  }
  WriteResult putPresence(const PresenceRecord& record) override {
    return run(reading_.putPresence, "presence", record.userId, std::int64_t{record.status},
               record.lastSeen);
  }

  WriteResult putCode(ObjectId userId, std::string_view hash, WallMs expiresAt) override {
    return run(accounts_.putCode, "code", userId, hash, expiresAt);
  }
  WriteResult useCode(ObjectId userId, std::string_view hash, WallMs now, bool& fits) override {
    fits = false;
    {
      Run row(accounts_.code, userId, now, kMostTries);
      if (row.next()) fits = base::equalInConstantTime(row.text(0), hash);
      if (WriteResult result = outcome(row, "code"); !result.ok()) return result;
    }
    return run(fits ? accounts_.dropCode : accounts_.countTry, "code", userId);
  }
  WriteResult endSession(const EndedSession& session) override {
    return run(accounts_.endSession, "session", session.id, session.expiresAt);
  }
  WriteResult dropExpired(WallMs now) override {
    WriteResult result = run(accounts_.dropCodes, "code", now);
    return result.ok() ? run(accounts_.dropSessions, "session", now) : result;
  }
  WriteResult keepSocket(const KeptSocket& it) override {
    WriteResult result = run(recovery_.keep, "socket", it.pidHash, it.userId, it.socketId,
                             OrNull{idsText(it.watched)}, static_cast<std::int64_t>(it.reachFrom),
                             it.isSettled, it.leftAt);
    return result.ok() ? run(recovery_.dropSurplus, "socket", it.userId, Database::kMostKeptSockets)
                       : result;
  }
  WriteResult dropKeptSocket(std::string_view pidHash) override {
    return run(recovery_.drop, "socket", pidHash);
  }
  WriteResult dropKeptSockets(WallMs before) override {
    return run(recovery_.dropOld, "socket", before);
  }
  WriteResult insertFile(const FileRecord& it, std::uint64_t quota, bool& fits) override {
    {
      Run row(accounts_.bytesOf, it.ownerId);
      const std::uint64_t used = row.next() ? static_cast<std::uint64_t>(row.integer(0)) : 0;
      if (WriteResult result = outcome(row, "file"); !result.ok()) return result;
      fits = it.bytes <= quota && used <= quota - it.bytes;
    }
    if (!fits) return {};
    return run(accounts_.insertFile, "file", it.id, it.ownerId, it.name, it.mark, it.type, it.bytes,
               it.sha256, it.createdAt);
  }
  WriteResult deleteFile(std::string_view id) override {
    return run(accounts_.deleteFile, "file", id);
  }

 protected:
  SqlDatabase(Connection connection, StoreStats& stats, UserMemory& users)
      : Base(std::move(connection)), stats_(stats), users_(users) {}

  using Base::connection_;
  using Base::outcome;
  using Base::run;
  using Base::search_;

  /// After COMMIT, whatever became of it, and before anybody hears of it; again when a doubt is
  /// resolved. begin() empties the list.
  void forgetChangedUsers() { users_.forget(changedUsers_); }

  /// Whether it was the address, and not the name, that made `user` conflict just now.
  [[nodiscard]] virtual bool isEmailTaken(const UserRecord& user) {
    Run taken(otherWithEmail_, user.email, user.id);
    return taken.next();
  }

  ReadingChanges<Driver> reading_{connection_};
  AccountChanges<Driver> accounts_{connection_};
  RecoveryChanges<Driver> recovery_{connection_};
  AdministrationChanges<Driver> administration_{connection_};
  RetentionChanges<Driver> retention_{connection_};
  StoreStats& stats_;
  UserMemory& users_;
  std::vector<ObjectId> changedUsers_;

 private:
  static constexpr std::int64_t kSlice = 500;  // messages a commit that others wait for

  WriteResult deleteUpTo(ObjectId conversation, std::int64_t seq) {
    auto& it = administration_;
    for (Statement* statement : {&it.purgeVersions, &it.purgeReactions, &search_.purgeText,
                                 &it.purgeEntries, &it.purgeMessages}) {
      WriteResult result = run(*statement, "message", conversation, seq);
      if (!result.ok()) return result;
    }
    return {};
  }
  template <typename Record, typename MakeRow>
  WriteResult readBack(Statement& statement, ObjectId id, std::optional<Record>& found,
                       MakeRow makeRow) {
    found.reset();
    Run row(statement, id);
    if (row.next()) found = makeRow(row);
    return outcome(row, "record");
  }
  WriteResult inTurn(ObjectId id, std::initializer_list<Statement*> statements) {
    for (Statement* statement : statements) {
      if (WriteResult result = run(*statement, "deletion", id); !result.ok()) return result;
    }
    return {};
  }

  /// Says which of the two unique fields is taken: the contract tells them apart.
  WriteResult namedConflict(WriteResult result, const UserRecord& user) {
    if (result.fault != WriteFault::kConflict) return result;
    result.error.message = isEmailTaken(user) ? "email" : "username";
    return result;
  }

  Statement findByClientId_{
      connection_,
      selectMessages("messages AS m WHERE m.sender_id = ?1 AND m.client_message_id = ?2")};
  Statement insertUser_{
      connection_,
      "INSERT INTO users (id, username, email, password_hash, avatar, name, about, disabled, "
      "admin, created_at, updated_at, token_version) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"};
  Statement updateUser_{
      connection_,
      "UPDATE users SET username = ?2, email = ?3, password_hash = ?4, avatar = ?5, name = ?6, "
      "about = ?7, disabled = ?8, admin = ?9, updated_at = ?10, token_version = ?11 "
      "WHERE id = ?1"};
  Statement otherWithEmail_{connection_, "SELECT 1 FROM users WHERE " +
                                             Driver::sameText("email", "?1") + " AND id <> ?2"};
  Statement insertWorkspace_{
      connection_,
      "INSERT INTO workspaces (id, name, description, join_code, image, created_at, updated_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
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

}  // namespace rookery::store
