#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "rookery/base/error.h"
#include "rookery/base/json_writer.h"
#include "rookery/chat/senders.h"
#include "rookery/store/database.h"

namespace rookery::chat {

/// Messages with all that became of them, as events show them to one user: two statements for a
/// page, however many reactions there are.
/// Thread: read() a reader's, write() any.
class MessageHistory {
 public:
  [[nodiscard]] static base::Result<MessageHistory> read(
      store::Reader& reader, std::span<const store::StoredMessage> messages,
      const base::ObjectId& user, const std::string& publicUrl);

  /// One of the messages, a JSON object: what lists have of a message, and `editedAt`, `deletedAt`,
  /// `deletedBy`, `pinnedAt`, `pinnedBy`, `replyCount`, `lastReplyAt`, `reactions`.
  /// `workspace`: of a channel's message, else the null id.
  void write(base::JsonWriter& json, const store::StoredMessage& message,
             const base::ObjectId& workspace) const;
  /// The members alone that write() adds to those of lists.
  void writeState(base::JsonWriter& json, const store::StoredMessage& message) const;

 private:
  Senders senders_;
  /// JSON: `{emoji, count, reacted}` after each other.
  std::unordered_map<base::ObjectId, std::string, base::ObjectIdHash> reactions_;
};

}  // namespace rookery::chat
