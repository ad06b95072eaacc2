#pragma once

#include <string>

#include "rookery/store/records.h"
#include "rookery/store/sqlite_connection.h"

/// Which columns a record is read from, and in what order: used by reader and writer.
namespace rookery::store::sqlite {

/// Reads columns of kMessageColumns.
[[nodiscard]] StoredMessage messageRow(const Run& run);
inline constexpr const char* kMessageColumns =
    "m.id, m.conversation_id, m.kind, m.sender_id, m.seq, m.created_at, m.body, m.image, "
    "m.image_key, m.client_message_id, m.parent_id, m.commit_no, m.version, m.status, "
    "m.edited_at, m.deleted_at";

/// A query for messages m: `head` SELECT kMessageColumns FROM messages AS m `tail`.
[[nodiscard]] inline std::string selectMessages(std::string_view tail, std::string_view head = "") {
  return std::string(head) + "SELECT " + kMessageColumns + " FROM " + std::string(tail);
}

}  // namespace rookery::store::sqlite
