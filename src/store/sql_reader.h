#pragma once

#include <algorithm>
#include <utility>

#include "rookery/store/database.h"
#include "rookery/store/sql_accounts.h"
#include "rookery/store/sql_message_reader.h"
#include "rookery/store/sql_reading.h"
#include "rookery/store/sql_recovery.h"
#include "rookery/store/sql_retention.h"
#include "rookery/store/sql_rows.h"
#include "rookery/store/user_memory.h"

namespace rookery::store {

/// The queries of both stores, written once. `Driver` is a dialect of SQL and a way to run it (see
/// sql_rows.h): sqlite::Driver or postgres::Driver.
/// Thread: one at a time.
template <typename Driver>
class SqlReader : public SqlMessageReader<Driver> {
  using Base = SqlMessageReader<Driver>;

 public:
  using typename Base::Connection;
  using typename Base::Run;
  using typename Base::Statement;

  /// `memory` outlives the reader; null: every user is read.
  explicit SqlReader(Connection connection, UserMemory* memory = nullptr)
      : Base(std::move(connection)), memory_(memory) {}

  Result<std::optional<UserRecord>> user(ObjectId id) override {
    auto found = users({&id, 1});
    if (!found) return base::fail(found.error());
    if (found->empty()) return std::optional<UserRecord>();
    return std::move(found->front());
  }
  Result<std::optional<UserRecord>> userByEmail(std::string_view email) override {
    Run run(userByEmail_, email);
    return one(run, userRow<Run>);
  }
  Result<std::optional<UserRecord>> userByUsername(std::string_view name) override {
    Run run(userByUsername_, name);
    return one(run, userRow<Run>);
  }
  Result<std::vector<UserRecord>> users(std::span<const ObjectId> ids) override {
    if (memory_ == nullptr) return readUsers(ids);
    std::vector<UserRecord> users;
    std::vector<ObjectId> unknown;
    memory_->find(ids, users, unknown);
    if (unknown.empty()) return users;
    const std::uint64_t version = memory_->version();
    auto read = readUsers(unknown);
    if (!read) return read;
    memory_->put(*read, version);
    std::move(read->begin(), read->end(), std::back_inserter(users));
    return users;
  }
  base::Held heldUsers() const override {
    return memory_ == nullptr ? base::Held{} : memory_->held();
  }

  Result<std::optional<WorkspaceRecord>> workspace(ObjectId id) override {
    Run run(workspace_, id);
    return one(run, workspaceRow<Run>);
  }
  Result<std::vector<WorkspaceRecord>> workspacesOf(ObjectId userId) override {
    Run run(workspacesOf_, userId);
    return all(run, workspaceRow<Run>);
  }
  Result<std::vector<WorkspaceRecord>> workspacesByJoinCode(std::string_view joinCode) override {
    Run run(workspacesByJoinCode_, joinCode);
    return all(run, workspaceRow<Run>);
  }
  Result<std::vector<MemberRecord>> members(std::span<const ObjectId> workspaceIds) override {
    Run run(members_, IdList{workspaceIds});
    return all(run, memberRow<Run>);
  }
  Result<std::vector<NamedUser>> memberNames(ObjectId workspaceId) override {
    Run run(memberNames_, workspaceId);
    return all(run, [](const Run& row) { return NamedUser{row.id(0), row.text(1)}; });
  }
  Result<std::vector<ChannelRecord>> channels(std::span<const ObjectId> workspaceIds) override {
    Run run(channels_, IdList{workspaceIds});
    return all(run, channelRow<Run>);
  }
  Result<std::optional<ChannelRecord>> channel(ObjectId id) override {
    Run run(channel_, id);
    return one(run, channelRow<Run>);
  }

  Result<std::optional<RoomRecord>> room(ObjectId id) override {
    Run run(room_, id);
    return one(run, roomRow<Run>);
  }
  Result<std::optional<RoomRecord>> roomOfPair(ObjectId a, ObjectId b) override {
    Run run(roomOfPair_, std::min(a, b), std::max(a, b));
    return one(run, roomRow<Run>);
  }
  Result<std::vector<RoomRecord>> roomsOf(ObjectId userId) override {
    Run run(roomsOf_, userId);
    return all(run, roomRow<Run>);
  }

  Result<std::vector<Subscription>> subscriptionsOf(ObjectId userId) override {
    Run run(subscriptionsOf_, userId);
    return all(run, [](const Run& row) {
      return Subscription{.conversationId = row.id(0),
                          .kind = static_cast<ConversationKind>(row.integer(1))};
    });
  }

  Result<std::vector<ReadingState>> readingOf(ObjectId userId) override {
    Run run(reading_.readingOf, userId);
    return all(run, [](const Run& row) {
      return ReadingState{.conversationId = row.id(0),
                          .kind = static_cast<ConversationKind>(row.integer(1)),
                          .lastSeq = static_cast<std::uint64_t>(row.integer(2)),
                          .lastReadSeq = static_cast<std::uint64_t>(row.integer(3)),
                          .unread = static_cast<std::uint64_t>(row.integer(4))};
    });
  }
  Result<std::vector<StoredMessage>> pendingOf(ObjectId userId, WallMs since,
                                               std::uint32_t limit) override {
    Run run(reading_.pendingOf, userId, since, static_cast<std::int64_t>(limit));
    return all(run, messageRow<Run>);
  }
  Result<std::vector<ReadMark>> readMarks(std::span<const ObjectId> conversations, WallMs since,
                                          std::uint32_t limit) override {
    Run run(reading_.readMarks, IdList{conversations}, since, static_cast<std::int64_t>(limit));
    return all(run, [](const Run& row) {
      return ReadMark{.userId = row.id(0),
                      .conversationId = row.id(1),
                      .messageId = row.id(2),
                      .seq = static_cast<std::uint64_t>(row.integer(3)),
                      .readAt = row.integer(4),
                      .commitNo = static_cast<std::uint64_t>(row.integer(5))};
    });
  }
  Result<std::uint64_t> lastCommitNo() override {
    Run run(lastCommitNo_);
    return number(run);
  }
  Result<std::vector<PresenceRecord>> presenceOf(std::span<const ObjectId> users) override {
    Run run(reading_.presenceOf, IdList{users});
    return all(run, [](const Run& row) {
      return PresenceRecord{.userId = row.id(0),
                            .status = static_cast<std::uint8_t>(row.integer(1)),
                            .lastSeen = row.integer(2)};
    });
  }

  Result<std::optional<KeptSocket>> keptSocket(std::string_view pidHash, WallMs since) override {
    Run run(recovery_.keptSocket, pidHash, since);
    return one(run, [](const Run& row) {
      return KeptSocket{.pidHash = row.text(0),
                        .userId = row.id(1),
                        .socketId = row.text(2),
                        .watched = idsOf(row.text(3)),
                        .reachFrom = static_cast<std::uint64_t>(row.integer(4)),
                        .isSettled = row.integer(5) != 0,
                        .leftAt = row.integer(6)};
    });
  }
  Result<std::vector<ConversationNews>> newsOf(ObjectId userId, std::uint64_t commitNo,
                                               std::uint32_t most) override {
    Run run(recovery_.newsOf, userId, bounded(commitNo), static_cast<std::int64_t>(most));
    return all(run, [](const Run& row) {
      return ConversationNews{.conversationId = row.id(0),
                              .kind = static_cast<ConversationKind>(row.integer(1)),
                              .lastSeq = static_cast<std::uint64_t>(row.integer(2)),
                              .knownSeq = static_cast<std::uint64_t>(row.integer(3))};
    });
  }

  Result<std::vector<EndedSession>> endedSessions(WallMs now) override {
    Run run(accounts_.endedSessions, now);
    return all(run, [](const Run& row) { return EndedSession{row.id(0), row.integer(1)}; });
  }
  Result<std::optional<FileRecord>> file(std::string_view id) override {
    Run run(accounts_.file, id);
    return one(run, fileRow<Run>);
  }
  Result<std::vector<FileRecord>> filesByMark(ObjectId owner, std::string_view mark) override {
    Run run(accounts_.filesByMark, owner, mark);
    return all(run, fileRow<Run>);
  }
  Result<std::uint64_t> fileBytesOf(ObjectId owner) override {
    Run run(accounts_.bytesOf, owner);
    return number(run);
  }

  Result<std::uint64_t> messageCount() override {
    // Each message took a commitNo of its own; counting rows would read a whole index.
    Run run(lastCommitNo_);
    const std::uint64_t count = run.next() ? static_cast<std::uint64_t>(run.integer(0)) : 0;
    if (!run.done()) return failed(run);
    return count;
  }

  Result<std::vector<ObjectId>> workspaceIds() override {
    Run run(retention_.workspaces);
    return all(run, [](const Run& row) { return row.id(0); });
  }
  Result<std::optional<ObjectId>> retentionCut(ObjectId workspace, std::uint64_t keep,
                                               WallMs since) override {
    auto cut = surplusCut(workspace, keep);
    if (!cut || since <= 0) return cut;
    const ObjectId oldest = firstIdOf(since);
    Run run(retention_.anyBefore, workspace, oldest);
    const bool isAny = run.next();
    if (!run.done()) return failed(run);
    return isAny ? std::max(*cut, std::optional(oldest)) : *cut;
  }

  Result<void> eachClientMessageId(
      base::UniqueFunction<bool(ObjectId, std::string_view)> take) override {
    using Key = std::pair<ObjectId, std::string>;
    Key last;
    while (true) {
      std::vector<Key> slice;
      {
        Run run(clientIdsAfter_, last.first, last.second, kClientIdsPerSlice);
        while (run.next()) slice.emplace_back(run.id(0), run.text(1));
        if (!run.ok()) return failed(run);
      }
      for (const auto& [sender, clientId] : slice) {
        if (!take(sender, clientId)) return {};
      }
      if (slice.size() < static_cast<std::size_t>(kClientIdsPerSlice)) return {};
      last = std::move(slice.back());
    }
  }

 private:
  using Base::all;
  using Base::bounded;
  using Base::connection_;
  using Base::failed;
  using Base::number;
  using Base::one;

  static constexpr std::int64_t kClientIdsPerSlice = 4096;

  Result<std::vector<UserRecord>> readUsers(std::span<const ObjectId> ids) {
    if (ids.size() == 1) {
      Run run(user_, ids.front());
      return all(run, userRow<Run>);
    }
    Run run(users_, IdList{ids});
    return all(run, userRow<Run>);
  }

  /// The newest message of those that are more than `keep`.
  Result<std::optional<ObjectId>> surplusCut(ObjectId workspace, std::uint64_t keep) {
    if (keep == 0) return std::optional<ObjectId>();
    std::int64_t surplus = 0;
    {
      Run run(retention_.counts, workspace);
      if (run.next()) {
        const auto count = static_cast<std::uint64_t>(run.integer(0));
        surplus = count <= keep ? 0 : static_cast<std::int64_t>(count - keep);
        surplus = std::min(surplus, run.integer(1));
      }
      if (!run.done()) return failed(run);
    }
    if (surplus == 0) return std::optional<ObjectId>();
    Run run(retention_.nth, workspace, surplus, surplus - 1);
    return one(run, [](const Run& row) { return row.id(0); });
  }
  /// No id that is made in that second, or later, lies below it.
  static ObjectId firstIdOf(WallMs time) {
    ObjectId id;
    const auto seconds = static_cast<std::uint32_t>(time / 1000);
    for (unsigned i = 0; i < 4; ++i) {
      id.bytes[i] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
    }
    return id;
  }

  UserMemory* const memory_;
  AccountQueries<Driver> accounts_{connection_};
  RecoveryQueries<Driver> recovery_{connection_};
  ReadingQueries<Driver> reading_{connection_};
  RetentionQueries<Driver> retention_{connection_};

  Statement user_{connection_, join(kUsers, "users AS u WHERE u.id = ?1")};
  Statement userByEmail_{connection_,
                         join(kUsers, "users AS u WHERE ", Driver::sameText("u.email", "?1"))};
  Statement userByUsername_{
      connection_, join(kUsers, "users AS u WHERE ", Driver::sameText("u.username", "?1"))};
  // CROSS JOIN keeps SQLite from walking the table and looking each row up in the list.
  Statement users_{connection_,
                   join(Driver::kIdList, kUsers, "list CROSS JOIN users AS u ON u.id = list.id")};
  Statement workspace_{connection_, join(kWorkspaces, "workspaces AS w WHERE w.id = ?1")};
  Statement workspacesOf_{connection_,
                          join(kWorkspaces,
                               "workspace_members AS p CROSS JOIN workspaces AS w ON w.id = "
                               "p.workspace_id WHERE p.user_id = ?1 ORDER BY w.place DESC")};
  Statement workspacesByJoinCode_{
      connection_,
      join(kWorkspaces, "workspaces AS w WHERE w.join_code = ?1 ORDER BY w.place DESC")};
  Statement memberNames_{connection_,
                         "SELECT u.id, u.username FROM workspace_members AS p JOIN users AS u "
                         "ON u.id = p.user_id WHERE p.workspace_id = ?1"};
  Statement members_{connection_,
                     join(Driver::kIdList, kMembers,
                          "list CROSS JOIN workspace_members AS p ON p.workspace_id = list.id "
                          "ORDER BY p.place")};
  Statement channels_{connection_, join(Driver::kIdList, kChannels,
                                        "list CROSS JOIN channels AS c ON c.workspace_id = list.id "
                                        "ORDER BY c.place")};
  Statement channel_{connection_, join(kChannels, "channels AS c WHERE c.id = ?1")};
  Statement room_{connection_, join(kRooms, "rooms AS r WHERE r.id = ?1")};
  Statement roomOfPair_{connection_,
                        join(kRooms, "rooms AS r WHERE ",
                             Driver::least("r.sender_id", "r.reciever_id") + " = ?1 AND " +
                                 Driver::greatest("r.sender_id", "r.reciever_id") + " = ?2")};
  Statement roomsOf_{
      connection_,
      join(kRooms,
           "rooms AS r WHERE r.sender_id = ?1 OR r.reciever_id = ?1 ORDER BY coalesce("
           "(SELECT m.created_at FROM messages AS m WHERE m.conversation_id = r.id "
           "AND m.deleted_at IS NULL ORDER BY m.seq DESC LIMIT 1), r.created_at) DESC, "
           "r.place DESC")};
  Statement subscriptionsOf_{
      connection_,
      "SELECT conversation_id, kind FROM subscriptions WHERE user_id = ?1 ORDER BY created_at"};
  Statement lastCommitNo_{connection_, "SELECT value FROM meta WHERE key = 'last_commit_no'"};
  Statement clientIdsAfter_{
      connection_,
      "SELECT sender_id, client_message_id FROM messages WHERE client_message_id IS NOT NULL "
      "AND (sender_id, client_message_id) > (?1, ?2) "
      "ORDER BY sender_id, client_message_id LIMIT ?3"};
};

}  // namespace rookery::store
