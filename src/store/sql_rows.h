#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/store/records.h"

/// What the SQL of both stores has in common: which columns a record is read from, in what order,
/// and the values that need a word beyond their type.
///
/// A statement is written once, in what SQLite and PostgreSQL both understand, and handed to a
/// `Driver`, which has: Connection, Statement (prepared once), Run (one use of it; parameters ?1 …
/// in order), the head kIdList, and functions for what the dialects spell differently: sameText(),
/// least(), greatest(). PostgreSQL's driver turns ?1 into $1 and CROSS JOIN into JOIN. Whole
/// numbers are BIGINT there: what is not (a sum, a CASE of literals) is cast to it.
namespace rookery::store {

/// Text that is stored as NULL when it is empty.
struct OrNull {
  std::string_view text;
};
/// Ids in one text: their digits, one after the other.
[[nodiscard]] inline std::string idsText(std::span<const ObjectId> ids) {
  std::string text;
  for (const ObjectId& one : ids) text += one.hex();
  return text;
}
[[nodiscard]] inline std::vector<ObjectId> idsOf(std::string_view text) {
  std::vector<ObjectId> ids;
  for (; text.size() >= ObjectId::kHexDigits; text.remove_prefix(ObjectId::kHexDigits)) {
    if (const auto id = ObjectId::parse(text.substr(0, ObjectId::kHexDigits))) ids.push_back(*id);
  }
  return ids;
}
/// Any number of ids as one parameter (see Driver::kIdList).
struct IdList {
  std::span<const ObjectId> ids;
};

template <typename Run>
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
          .updatedAt = run.integer(10),
          .tokenVersion = static_cast<std::uint64_t>(run.integer(11))};
}

template <typename Run>
WorkspaceRecord workspaceRow(const Run& run) {
  return {.id = run.id(0),
          .name = run.text(1),
          .description = run.text(2),
          .joinCode = run.text(3),
          .image = run.text(4),
          .createdAt = run.integer(5),
          .updatedAt = run.integer(6)};
}

template <typename Run>
MemberRecord memberRow(const Run& run) {
  return {.workspaceId = run.id(0),
          .userId = run.id(1),
          .role = static_cast<MemberRole>(run.integer(2)),
          .createdAt = run.integer(3)};
}

template <typename Run>
ChannelRecord channelRow(const Run& run) {
  return {.id = run.id(0),
          .workspaceId = run.id(1),
          .name = run.text(2),
          .createdAt = run.integer(3),
          .updatedAt = run.integer(4)};
}

template <typename Run>
RoomRecord roomRow(const Run& run) {
  return {.id = run.id(0),
          .senderId = run.id(1),
          .recieverId = run.id(2),
          .status = static_cast<RoomStatus>(run.integer(3)),
          .createdAt = run.integer(4),
          .updatedAt = run.integer(5)};
}

/// Reads columns of kMessageColumns.
template <typename Run>
StoredMessage messageRow(const Run& run) {
  StoredMessage message;
  message.id = run.id(0);
  message.conversationId = run.id(1);
  message.kind = static_cast<ConversationKind>(run.integer(2));
  message.senderId = run.id(3);
  message.seq = static_cast<std::uint64_t>(run.integer(4));
  message.createdAt = run.integer(5);
  message.body = run.text(6);
  message.image = run.text(7);
  message.imageKey = run.text(8);
  message.clientMessageId = run.text(9);
  if (!run.isNull(10)) message.parentId = run.id(10);
  message.commitNo = static_cast<std::uint64_t>(run.integer(11));
  message.version = static_cast<std::uint64_t>(run.integer(12));
  message.status = static_cast<MessageStatus>(run.integer(13));
  message.updatedAt = run.isNull(14) ? message.createdAt : run.integer(14);
  message.editedAt = run.integer(14);
  message.deletedAt = run.integer(15);
  if (!run.isNull(16)) message.deletedBy = run.id(16);
  message.pinnedAt = run.integer(17);
  if (!run.isNull(18)) message.pinnedBy = run.id(18);
  message.replyCount = static_cast<std::uint64_t>(run.integer(19));
  message.lastReplyAt = run.integer(20);
  if (!run.isNull(21)) message.mentions = idsOf(run.text(21));
  return message;
}

inline constexpr const char* kMessageColumns =
    "m.id, m.conversation_id, m.kind, m.sender_id, m.seq, m.created_at, m.body, m.image, "
    "m.image_key, m.client_message_id, m.parent_id, m.commit_no, m.version, m.status, "
    "m.edited_at, m.deleted_at, m.deleted_by, m.pinned_at, m.pinned_by, m.reply_count, "
    "m.last_reply_at, m.mentions";

inline constexpr int kMessageColumnCount = 22;

/// A query for messages m: `head` SELECT kMessageColumns FROM messages AS m `tail`.
[[nodiscard]] inline std::string selectMessages(std::string_view tail, std::string_view head = "") {
  return std::string(head) + "SELECT " + kMessageColumns + " FROM " + std::string(tail);
}

/// A table `own(id, kind)` of the conversations of user ?1: his rooms, and what he subscribes to.
inline constexpr std::string_view kOwnConversations =
    "WITH own(id, kind) AS (SELECT id, CAST(0 AS BIGINT) FROM rooms WHERE sender_id = ?1 "
    "UNION SELECT id, CAST(0 AS BIGINT) FROM rooms WHERE reciever_id = ?1 "
    "UNION SELECT conversation_id, kind FROM subscriptions WHERE user_id = ?1)";
inline constexpr std::int64_t kMostOffers = 3;  ///< of pending messages (see noteOffered)
/// The user's delivered mark in cursor c, as far as what is pending goes.
[[nodiscard]] inline std::string deliveredMark(std::string_view greatest) {
  return "CASE WHEN c.offers >= " + std::to_string(kMostOffers) + " THEN " + std::string(greatest) +
         " ELSE c.delivered_seq END";
}
/// And `reach(id, seen)`: his conversations with that mark.
template <typename Driver>
[[nodiscard]] std::string withReach() {
  return std::string(kOwnConversations) + ", reach(id, seen) AS (SELECT own.id, coalesce(" +
         deliveredMark(Driver::greatest("c.delivered_seq", "c.offered_seq")) +
         ", CAST(0 AS BIGINT)) FROM own LEFT JOIN cursors AS c "
         "ON c.user_id = ?1 AND c.conversation_id = own.id) ";
}

inline constexpr std::string_view kUsers =
    "SELECT u.id, u.username, u.email, u.password_hash, u.avatar, u.name, u.about, u.disabled, "
    "u.admin, u.created_at, u.updated_at, u.token_version FROM ";
inline constexpr std::string_view kWorkspaces =
    "SELECT w.id, w.name, w.description, w.join_code, w.image, w.created_at, w.updated_at FROM ";
inline constexpr std::string_view kMembers =
    "SELECT p.workspace_id, p.user_id, p.role, p.created_at FROM ";
inline constexpr std::string_view kChannels =
    "SELECT c.id, c.workspace_id, c.name, c.created_at, c.updated_at FROM ";
inline constexpr std::string_view kRooms =
    "SELECT r.id, r.sender_id, r.reciever_id, r.status, r.created_at, r.updated_at FROM ";

inline std::string join(std::string_view a, std::string_view b, std::string_view c = "") {
  return std::string(a).append(b).append(c);
}

}  // namespace rookery::store
