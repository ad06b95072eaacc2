#include <algorithm>
#include <utility>

#include "rookery/base/log.h"
#include "rookery/store/sqlite_database.h"
#include "rookery/store/sqlite_rows.h"

namespace rookery::store::sqlite {
namespace {

constexpr std::int64_t kClientIdsPerSlice = 4096;

UserRecord userRow(const Run& run) {
  return {.id = run.id(0),
          .username = run.text(1),
          .email = run.text(2),
          .passwordHash = run.text(3),
          .avatar = run.text(4),
          .name = run.text(5),
          .about = run.text(6),
          .disabled = run.integer(7) != 0,
          .admin = run.integer(8) != 0,
          .createdAt = run.integer(9),
          .updatedAt = run.integer(10)};
}

WorkspaceRecord workspaceRow(const Run& run) {
  return {.id = run.id(0),
          .name = run.text(1),
          .description = run.text(2),
          .joinCode = run.text(3),
          .createdAt = run.integer(4),
          .updatedAt = run.integer(5)};
}

MemberRecord memberRow(const Run& run) {
  return {.workspaceId = run.id(0),
          .userId = run.id(1),
          .role = static_cast<MemberRole>(run.integer(2)),
          .createdAt = run.integer(3)};
}

ChannelRecord channelRow(const Run& run) {
  return {.id = run.id(0),
          .workspaceId = run.id(1),
          .name = run.text(2),
          .createdAt = run.integer(3),
          .updatedAt = run.integer(4)};
}

RoomRecord roomRow(const Run& run) {
  return {.id = run.id(0),
          .senderId = run.id(1),
          .recieverId = run.id(2),
          .status = static_cast<RoomStatus>(run.integer(3)),
          .createdAt = run.integer(4),
          .updatedAt = run.integer(5)};
}

constexpr std::string_view kUsers =
    "SELECT u.id, u.username, u.email, u.password_hash, u.avatar, u.name, u.about, u.disabled, "
    "u.admin, u.created_at, u.updated_at FROM ";
constexpr std::string_view kWorkspaces =
    "SELECT w.id, w.name, w.description, w.join_code, w.created_at, w.updated_at FROM ";
constexpr std::string_view kMembers =
    "SELECT p.workspace_id, p.user_id, p.role, p.created_at FROM ";
constexpr std::string_view kChannels =
    "SELECT c.id, c.workspace_id, c.name, c.created_at, c.updated_at FROM ";
constexpr std::string_view kRooms =
    "SELECT r.id, r.sender_id, r.reciever_id, r.status, r.created_at, r.updated_at FROM ";

std::string join(std::string_view a, std::string_view b, std::string_view c = "") {
  return std::string(a).append(b).append(c);
}

class SqliteReader final : public Reader {
 public:
  explicit SqliteReader(Connection connection) : connection_(std::move(connection)) {}

  Result<void> start() {
    if (connection_.prepareFailure() == SQLITE_OK) return {};
    return base::fail(base::ErrorCode::kStoreFailed,
                      "the store cannot be used: " + connection_.message());
  }

  Result<std::optional<UserRecord>> user(ObjectId id) override {
    Run run(user_, id);
    return one(run, userRow);
  }
  Result<std::optional<UserRecord>> userByEmail(std::string_view email) override {
    Run run(userByEmail_, email);
    return one(run, userRow);
  }
  Result<std::optional<UserRecord>> userByUsername(std::string_view name) override {
    Run run(userByUsername_, name);
    return one(run, userRow);
  }
  Result<std::vector<UserRecord>> users(std::span<const ObjectId> ids) override {
    Run run(users_, IdList{ids});
    return all(run, userRow);
  }

  Result<std::optional<WorkspaceRecord>> workspace(ObjectId id) override {
    Run run(workspace_, id);
    return one(run, workspaceRow);
  }
  Result<std::vector<WorkspaceRecord>> workspacesOf(ObjectId userId) override {
    Run run(workspacesOf_, userId);
    return all(run, workspaceRow);
  }
  Result<std::vector<WorkspaceRecord>> workspacesByJoinCode(std::string_view joinCode) override {
    Run run(workspacesByJoinCode_, joinCode);
    return all(run, workspaceRow);
  }
  Result<std::vector<MemberRecord>> members(std::span<const ObjectId> workspaceIds) override {
    Run run(members_, IdList{workspaceIds});
    return all(run, memberRow);
  }
  Result<std::vector<ChannelRecord>> channels(std::span<const ObjectId> workspaceIds) override {
    Run run(channels_, IdList{workspaceIds});
    return all(run, channelRow);
  }
  Result<std::optional<ChannelRecord>> channel(ObjectId id) override {
    Run run(channel_, id);
    return one(run, channelRow);
  }

  Result<std::optional<RoomRecord>> room(ObjectId id) override {
    Run run(room_, id);
    return one(run, roomRow);
  }
  Result<std::optional<RoomRecord>> roomOfPair(ObjectId a, ObjectId b) override {
    Run run(roomOfPair_, std::min(a, b), std::max(a, b));
    return one(run, roomRow);
  }
  Result<std::vector<RoomRecord>> roomsOf(ObjectId userId) override {
    Run run(roomsOf_, userId);
    return all(run, roomRow);
  }

  Result<ConversationState> conversationState(ObjectId id) override {
    Run run(conversationState_, id);
    ConversationState state;
    if (run.next()) {
      state.lastSeq = static_cast<std::uint64_t>(run.integer(0));
      state.lastCommitNo = static_cast<std::uint64_t>(run.integer(1));
    }
    if (run.finish() != SQLITE_OK) return failed(run);
    return state;
  }

  Result<std::vector<StoredMessage>> messagePage(ObjectId conversation, std::uint32_t page,
                                                 std::uint32_t limit) override {
    const std::int64_t skipped = (std::max<std::int64_t>(page, 1) - 1) * limit;
    Run run(messagePage_, conversation, static_cast<std::int64_t>(limit), skipped);
    return oldestFirst(all(run, messageRow));
  }

  Result<std::vector<StoredMessage>> messagesBySeq(ObjectId conversation, std::uint64_t before,
                                                   std::uint64_t after,
                                                   std::uint32_t limit) override {
    // SQLite's integers end at 2^63: no seq lies above, so cutting changes no answer.
    constexpr std::uint64_t kNoBound = std::numeric_limits<std::int64_t>::max();
    const std::uint64_t upper = before == 0 ? kNoBound : std::min(before, kNoBound);
    const std::uint64_t lower = std::min(after, kNoBound);
    const auto rows = static_cast<std::int64_t>(limit);
    if (before == 0 && after != 0) {
      Run run(messagesAfter_, conversation, upper, lower, rows);
      return all(run, messageRow);
    }
    Run run(messagesBefore_, conversation, upper, lower, rows);
    return oldestFirst(all(run, messageRow));
  }

  Result<std::vector<StoredMessage>> lastMessages(
      std::span<const ObjectId> conversations) override {
    Run run(lastMessages_, IdList{conversations});
    return all(run, messageRow);
  }

  Result<std::optional<StoredMessage>> messageByClientId(
      ObjectId sender, std::string_view clientMessageId) override {
    Run run(messageByClientId_, sender, clientMessageId);
    return one(run, messageRow);
  }

  Result<std::vector<Subscription>> subscriptionsOf(ObjectId userId) override {
    Run run(subscriptionsOf_, userId);
    return all(run, [](const Run& row) {
      return Subscription{.conversationId = row.id(0),
                          .kind = static_cast<ConversationKind>(row.integer(1))};
    });
  }

  Result<std::uint64_t> messageCount() override {
    // Each message took a commitNo of its own; counting rows would read a whole index.
    Run run(lastCommitNo_);
    const std::uint64_t count = run.next() ? static_cast<std::uint64_t>(run.integer(0)) : 0;
    if (run.finish() != SQLITE_OK) return failed(run);
    return count;
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
        if (run.code() != SQLITE_OK) return failed(run);
      }
      for (const auto& [sender, clientId] : slice) {
        if (!take(sender, clientId)) return {};
      }
      if (slice.size() < static_cast<std::size_t>(kClientIdsPerSlice)) return {};
      last = std::move(slice.back());
    }
  }

 private:
  tl::unexpected<base::Error> failed(const Run& run) const {
    base::log::limited(base::log::Level::kError, "the store could not be read",
                       {{"code", run.code()}, {"error", connection_.message()}});
    return base::fail(base::ErrorCode::kStoreFailed, "The store could not be read");
  }

  template <typename MakeRow>
  auto one(Run& run, MakeRow makeRow) -> Result<std::optional<decltype(makeRow(run))>> {
    std::optional<decltype(makeRow(run))> found;
    if (run.next()) found = makeRow(run);
    if (run.code() != SQLITE_OK) return failed(run);
    return found;
  }

  template <typename MakeRow>
  auto all(Run& run, MakeRow makeRow) -> Result<std::vector<decltype(makeRow(run))>> {
    std::vector<decltype(makeRow(run))> rows;
    while (run.next()) rows.push_back(makeRow(run));
    if (run.code() != SQLITE_OK) return failed(run);
    return rows;
  }

  static Result<std::vector<StoredMessage>> oldestFirst(Result<std::vector<StoredMessage>> rows) {
    if (rows) std::reverse(rows->begin(), rows->end());
    return rows;
  }

  Connection connection_;

  Statement user_{connection_, join(kUsers, "users AS u WHERE u.id = ?1")};
  Statement userByEmail_{connection_, join(kUsers, "users AS u WHERE u.email = ?1")};
  Statement userByUsername_{connection_, join(kUsers, "users AS u WHERE u.username = ?1")};
  // CROSS JOIN keeps SQLite from walking the table and looking each row up in the list.
  Statement users_{connection_,
                   join(kIdList, kUsers, "list CROSS JOIN users AS u ON u.id = list.id")};
  Statement workspace_{connection_, join(kWorkspaces, "workspaces AS w WHERE w.id = ?1")};
  Statement workspacesOf_{connection_,
                          join(kWorkspaces,
                               "workspace_members AS p CROSS JOIN workspaces AS w ON w.id = "
                               "p.workspace_id WHERE p.user_id = ?1 ORDER BY w.place DESC")};
  Statement workspacesByJoinCode_{
      connection_,
      join(kWorkspaces, "workspaces AS w WHERE w.join_code = ?1 ORDER BY w.place DESC")};
  Statement members_{connection_,
                     join(kIdList, kMembers,
                          "list CROSS JOIN workspace_members AS p ON p.workspace_id = list.id "
                          "ORDER BY p.place")};
  Statement channels_{connection_, join(kIdList, kChannels,
                                        "list CROSS JOIN channels AS c ON c.workspace_id = list.id "
                                        "ORDER BY c.place")};
  Statement channel_{connection_, join(kChannels, "channels AS c WHERE c.id = ?1")};
  Statement room_{connection_, join(kRooms, "rooms AS r WHERE r.id = ?1")};
  Statement roomOfPair_{connection_, join(kRooms,
                                          "rooms AS r WHERE min(r.sender_id, r.reciever_id) = ?1 "
                                          "AND max(r.sender_id, r.reciever_id) = ?2")};
  Statement roomsOf_{
      connection_,
      join(kRooms,
           "rooms AS r WHERE r.sender_id = ?1 OR r.reciever_id = ?1 ORDER BY coalesce("
           "(SELECT m.created_at FROM messages AS m WHERE m.conversation_id = r.id "
           "AND m.deleted_at IS NULL ORDER BY m.seq DESC LIMIT 1), r.created_at) DESC, "
           "r.place DESC")};
  Statement conversationState_{
      connection_,
      "SELECT coalesce((SELECT m.seq FROM messages AS m WHERE m.conversation_id = ?1 "
      "ORDER BY m.seq DESC LIMIT 1), 0), max("
      "coalesce((SELECT m.commit_no FROM messages AS m WHERE m.conversation_id = ?1 "
      "ORDER BY m.seq DESC LIMIT 1), 0), "
      "coalesce((SELECT max(m.commit_no) FROM messages AS m WHERE m.conversation_id = ?1 "
      "AND m.version > 1), 0))"};
  Statement messagePage_{
      connection_,
      selectMessages("messages AS m WHERE m.conversation_id = ?1 AND m.deleted_at IS NULL "
                     "ORDER BY m.seq DESC LIMIT ?2 OFFSET ?3")};
  Statement messagesBefore_{
      connection_, selectMessages("messages AS m WHERE m.conversation_id = ?1 AND m.seq < ?2 "
                                  "AND m.seq > ?3 AND m.deleted_at IS NULL "
                                  "ORDER BY m.seq DESC LIMIT ?4")};
  Statement messagesAfter_{
      connection_, selectMessages("messages AS m WHERE m.conversation_id = ?1 AND m.seq < ?2 "
                                  "AND m.seq > ?3 AND m.deleted_at IS NULL "
                                  "ORDER BY m.seq LIMIT ?4")};
  Statement lastMessages_{
      connection_,
      selectMessages("list CROSS JOIN messages AS m ON m.conversation_id = list.id AND m.seq = "
                     "(SELECT n.seq FROM messages AS n WHERE n.conversation_id = list.id "
                     "AND n.deleted_at IS NULL ORDER BY n.seq DESC LIMIT 1)",
                     kIdList)};
  Statement messageByClientId_{
      connection_,
      selectMessages("messages AS m WHERE m.sender_id = ?1 AND m.client_message_id = ?2")};
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

}  // namespace

Result<std::unique_ptr<Reader>> makeReader(Connection connection) {
  auto reader = std::make_unique<SqliteReader>(std::move(connection));
  if (const Result<void> started = reader->start(); !started) return base::fail(started.error());
  return reader;
}

}  // namespace rookery::store::sqlite
