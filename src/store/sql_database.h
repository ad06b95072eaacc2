#pragma once

#include <algorithm>
#include <utility>

#include "rookery/base/encoding.h"
#include "rookery/store/database.h"
#include "rookery/store/sql_accounts.h"
#include "rookery/store/sql_administration.h"
#include "rookery/store/sql_content.h"
#include "rookery/store/sql_reading.h"
#include "rookery/store/sql_recovery.h"
#include "rookery/store/sql_rows.h"
#include "rookery/store/sql_search.h"
#include "rookery/store/user_memory.h"

namespace rookery::store {

/// The changes of both stores, written once (see sql_rows.h). What opens and ends a transaction,
/// and how messages get into it, is left to the store: SqliteDatabase, PostgresDatabase.
/// Thread: the writer's executor alone.
template <typename Driver>
class SqlDatabase : public Database {
 public:
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;
  using Run = typename Driver::Run;

  std::uint64_t lastCommitNo() const override { return committedNo_; }
  std::uint64_t nextCommitNo() override { return ++openNo_; }

  std::optional<StoredMessage> findByClientId(ObjectId sender,
                                              std::string_view clientMessageId) override {
    Run run(findByClientId_, sender, clientMessageId);
    if (!run.next()) return std::nullopt;
    return messageRow<Run>(run);
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
      Run run(it.channelsOf, id);
      while (run.next()) channels.push_back(run.id(0));
      if (WriteResult result = outcome(run, "channel"); !result.ok()) return result;
    }
    return inTurn(id, {&it.buryChannels, &it.unsubscribeChannels, &it.dropChannels, &it.dropMembers,
                       &it.dropWorkspace});
  }
  WriteResult deleteRoom(ObjectId id) override {
    auto& it = administration_;
    return inTurn(id, {&it.bury, &it.unsubscribe, &it.dropRoom});
  }
  WriteResult purgeConversation(ObjectId id, bool& isDone) override {
    constexpr std::int64_t kSlice = 500;
    auto& it = administration_;
    std::int64_t end = 0;
    {
      Run run(it.sliceEnd, id, kSlice);
      if (run.next() && !run.isNull(0)) end = run.integer(0);
      if (WriteResult result = outcome(run, "message"); !result.ok()) return result;
    }
    isDone = end == 0;
    if (isDone) return inTurn(id, {&it.purgeCursors, &it.unbury});
    for (Statement* statement : {&it.purgeVersions, &it.purgeReactions, &search_.purgeText,
                                 &it.purgeEntries, &it.purgeMessages}) {
      if (WriteResult result = run(*statement, "message", id, end); !result.ok()) return result;
    }
    return {};
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
      Run run(reading_.lastRead, mark.userId, mark.conversationId);
      if (run.next()) before = static_cast<std::uint64_t>(run.integer(0));
      if (WriteResult result = outcome(run, "cursor"); !result.ok()) return result;
    }
    moved = mark.seq > before;
    if (!moved) return {};
    mark.commitNo = nextCommitNo();
    WriteResult result = run(reading_.advanceRead, "cursor", mark.userId, mark.conversationId,
                             mark.seq, mark.readAt, mark.commitNo);
    if (!result.ok() || kind != ConversationKind::kRoom) return result;
    return run(reading_.setRead, "message", mark.conversationId, before, mark.seq, mark.userId,
               MessageStatus::kRead);
  }
  WriteResult advanceDelivered(ObjectId userId, ObjectId conversation, std::uint64_t seq,
                               bool& moved) override {
    {
      Run run(reading_.delivered, userId, conversation);
      moved = !run.next() || static_cast<std::uint64_t>(run.integer(0)) < seq;
      if (WriteResult result = outcome(run, "cursor"); !result.ok()) return result;
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
      Run run(accounts_.code, userId, now, kMostTries);
      if (run.next()) fits = base::equalInConstantTime(run.text(0), hash);
      if (WriteResult result = outcome(run, "code"); !result.ok()) return result;
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
    return result.ok() ? run(recovery_.dropSurplus, "socket", it.userId, kMostKeptSockets) : result;
  }
  WriteResult dropKeptSocket(std::string_view pidHash) override {
    return run(recovery_.drop, "socket", pidHash);
  }
  WriteResult dropKeptSockets(WallMs before) override {
    return run(recovery_.dropOld, "socket", before);
  }
  WriteResult insertFile(const FileRecord& it, std::uint64_t quota, bool& fits) override {
    {
      Run run(accounts_.bytesOf, it.ownerId);
      const std::uint64_t used = run.next() ? static_cast<std::uint64_t>(run.integer(0)) : 0;
      if (WriteResult result = outcome(run, "file"); !result.ok()) return result;
      fits = it.bytes <= quota && used <= quota - it.bytes;
    }
    if (!fits) return {};
    return run(accounts_.insertFile, "file", it.id, it.ownerId, it.name, it.mark, it.type, it.bytes,
               it.sha256, it.createdAt);
  }
  WriteResult deleteFile(std::string_view id) override {
    return run(accounts_.deleteFile, "file", id);
  }

  WriteResult index(std::span<const SearchText> messages, std::uint64_t commitNo) override {
    for (const SearchText& one : messages) {
      if (WriteResult result = indexOne(one); !result.ok()) return result;
    }
    return run(content_.setProgress, "progress of search", commitNo);
  }

  WriteResult editMessage(ObjectId id, std::string_view body, std::span<const ObjectId> mentions,
                          WallMs at, MessageChange& change) override {
    WriteResult result = look(id, change);
    StoredMessage& it = change.message;
    if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    if (it.body == body) return unchanged(change);
    result = run(content_.keepVersion, "version", id, it.version, it.body, it.updatedAt);
    if (!result.ok()) return result;
    for (const ObjectId& one : mentions) {
      const bool isNew =
          std::find(it.mentions.begin(), it.mentions.end(), one) == it.mentions.end();
      if (isNew) change.mentioned.push_back(one);
    }
    it.body = body;
    it.mentions.assign(mentions.begin(), mentions.end());
    it.editedAt = it.updatedAt = at;
    number(it);
    return run(content_.edit, "message", id, body, OrNull{idsText(mentions)}, at, it.version,
               it.commitNo);
  }

  WriteResult deleteMessage(ObjectId id, ObjectId by, WallMs at, MessageChange& change) override {
    WriteResult result = look(id, change);
    StoredMessage& it = change.message;
    if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    it.deletedAt = at;
    it.deletedBy = by;
    it.body.clear();
    it.mentions.clear();
    number(it);
    result = run(content_.bury, "message", id, at, by, it.version, it.commitNo);
    if (result.ok()) result = run(content_.dropVersions, "version", id);
    if (result.ok()) result = run(content_.dropReactions, "reaction", id);
    if (result.ok() && it.parentId) {
      result = run(content_.removeReply, "message", *it.parentId, it.commitNo);
    }
    return result;
  }

  WriteResult setReaction(ObjectId id, ObjectId user, std::string_view emoji, bool isThere,
                          WallMs at, MessageChange& change) override {
    WriteResult result = look(id, change);
    StoredMessage& it = change.message;
    if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    bool wasThere = false;
    {
      Run run(content_.countReactions, id, emoji, user);
      if (run.next()) {
        change.reactions = static_cast<std::uint64_t>(run.integer(0));
        wasThere = run.integer(1) != 0;
      }
      if (result = outcome(run, "reaction"); !result.ok()) return result;
    }
    if (wasThere == isThere) return unchanged(change);
    if (isThere && change.reactions == 0) {
      result = limit(content_.countEmojis, id, kMostEmojis, change);
      if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    }
    result = isThere ? run(content_.addReaction, "reaction", id, emoji, user, at)
                     : run(content_.removeReaction, "reaction", id, emoji, user);
    if (!result.ok()) return result;
    change.reactions += isThere ? 1 : ~std::uint64_t{0};
    number(it);
    return run(content_.touch, "message", id, it.version, it.commitNo);
  }

  WriteResult setPin(ObjectId id, ObjectId by, bool isPinned, WallMs at,
                     MessageChange& change) override {
    WriteResult result = look(id, change);
    StoredMessage& it = change.message;
    if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    if ((it.pinnedAt != 0) == isPinned) return unchanged(change);
    if (isPinned) {
      result = limit(content_.countPins, it.conversationId, kMostPins, change);
      if (!result.ok() || change.verdict != MessageChange::Verdict::kChanged) return result;
    }
    it.pinnedAt = isPinned ? at : 0;
    it.pinnedBy = isPinned ? std::optional<ObjectId>(by) : std::nullopt;
    number(it);
    if (!isPinned) return run(content_.unpin, "message", id, it.version, it.commitNo);
    return run(content_.pin, "message", id, at, by, it.version, it.commitNo);
  }

 protected:
  /// To be called with every message that was written and is a reply.
  [[nodiscard]] WriteResult noteReply(const MessageRecord& reply, std::uint64_t commitNo) {
    return run(content_.addReply, "message", *reply.parentId, reply.conversationId, reply.createdAt,
               commitNo);
  }

  SqlDatabase(Connection connection, StoreStats& stats, UserMemory& users)
      : connection_(std::move(connection)), stats_(stats), users_(users) {}

  /// After COMMIT, whatever became of it, and before anybody hears of it; again when a doubt is
  /// resolved. begin() empties the list.
  void forgetChangedUsers() { users_.forget(changedUsers_); }

  /// Reads where the commit numbers stand, and whether all statements could be prepared.
  [[nodiscard]] bool readCommitNo() {
    if (!connection_.isPrepared()) return false;
    Run run(readCommitNo_);
    if (run.next()) committedNo_ = static_cast<std::uint64_t>(run.integer(0));
    openNo_ = committedNo_;
    return run.done();
  }

  /// What `run` came to once it is done; `what` is a literal that names the statement.
  [[nodiscard]] virtual WriteResult outcome(Run& run, std::string_view what) = 0;
  /// Whether it was the address, and not the name, that made `user` conflict just now.
  [[nodiscard]] virtual bool isEmailTaken(const UserRecord& user) {
    Run taken(otherWithEmail_, user.email, user.id);
    return taken.next();
  }

  template <typename... Parameters>
  WriteResult run(Statement& statement, std::string_view what, const Parameters&... parameters) {
    Run once(statement, parameters...);
    return outcome(once, what);
  }

  Connection connection_;
  ReadingChanges<Driver> reading_{connection_};
  ContentChanges<Driver> content_{connection_};
  AccountChanges<Driver> accounts_{connection_};
  RecoveryChanges<Driver> recovery_{connection_};
  AdministrationChanges<Driver> administration_{connection_};
  SearchChanges<Driver> search_{connection_};
  StoreStats& stats_;
  UserMemory& users_;
  std::vector<ObjectId> changedUsers_;
  std::uint64_t committedNo_ = 0;
  std::uint64_t openNo_ = 0;       ///< the highest of the open transaction
  std::uint64_t savepointNo_ = 0;  ///< openNo_ when the savepoint was set

 private:
  template <typename Record, typename MakeRow>
  WriteResult readBack(Statement& statement, ObjectId id, std::optional<Record>& found,
                       MakeRow makeRow) {
    found.reset();
    Run run(statement, id);
    if (run.next()) found = makeRow(run);
    return outcome(run, "record");
  }
  WriteResult inTurn(ObjectId id, std::initializer_list<Statement*> statements) {
    for (Statement* statement : statements) {
      if (WriteResult result = run(*statement, "deletion", id); !result.ok()) return result;
    }
    return {};
  }
  WriteResult indexOne(const SearchText& message) {
    std::int64_t place = 0;
    if (WriteResult result = number(content_.findEntry, place, message.messageId); !result.ok()) {
      return result;
    }
    if (place != 0 && !message.text.empty()) {
      return run(search_.changeText, "search", place, message.text);
    }
    if (place != 0) {
      WriteResult result = run(search_.dropText, "search", place);
      return result.ok() ? run(content_.dropEntry, "search", place) : result;
    }
    if (message.text.empty()) return {};
    WriteResult result = number(content_.addEntry, place, message.messageId, message.createdAt);
    if (!result.ok()) return result;
    return run(search_.addText, "search", place, message.text, message.conversationId,
               message.senderId);
  }
  template <typename... Parameters>
  WriteResult number(Statement& statement, std::int64_t& found, const Parameters&... parameters) {
    Run run(statement, parameters...);
    if (run.next()) found = run.integer(0);
    return outcome(run, "search");
  }
  /// Reads the message that is to be changed. The verdict is kChanged when it can be.
  WriteResult look(ObjectId id, MessageChange& change) {
    change = {};
    Run run(content_.find, id);
    if (run.next()) {
      change.message = messageRow<Run>(run);
      change.verdict = change.message.deletedAt == 0 ? MessageChange::Verdict::kChanged
                                                     : MessageChange::Verdict::kDeleted;
    }
    return outcome(run, "message");
  }
  static WriteResult unchanged(MessageChange& change) {
    change.verdict = MessageChange::Verdict::kUnchanged;
    return {};
  }
  WriteResult limit(Statement& count, ObjectId of, std::uint64_t most, MessageChange& change) {
    Run run(count, of);
    if (run.next() && static_cast<std::uint64_t>(run.integer(0)) >= most) {
      change.verdict = MessageChange::Verdict::kTooMany;
    }
    return outcome(run, "message");
  }
  void number(StoredMessage& message) {
    ++message.version;
    message.commitNo = nextCommitNo();
  }

  /// Says which of the two unique fields is taken: the contract tells them apart.
  WriteResult namedConflict(WriteResult result, const UserRecord& user) {
    if (result.fault != WriteFault::kConflict) return result;
    result.error.message = isEmailTaken(user) ? "email" : "username";
    return result;
  }

  Statement readCommitNo_{connection_, "SELECT value FROM meta WHERE key = 'last_commit_no'"};
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
