#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "rookery/base/error.h"
#include "rookery/base/json_writer.h"
#include "rookery/chat/conversation.h"
#include "rookery/chat/user.h"
#include "rookery/store/records.h"

/// The message objects of events.md, written by hand straight into a frame.
namespace rookery::chat {

/// `temp_<ms>_<9 base-36 characters>`, made of the time and the real id, so that it is the same
/// when the message is answered again after a restart.
class TemporaryId {
 public:
  explicit TemporaryId(const store::MessageRecord& message);
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 40> text_{};
  std::size_t size_ = 0;
};

/// The member `mentions`, when there are any.
void writeMentions(base::JsonWriter& json, const store::MessageRecord& message);

/// The optimistic message, one JSON object.
void writeOptimistic(base::JsonWriter& json, const Conversation& conversation, const User& sender,
                     const store::MessageRecord& message);
/// Where a confirmed message is; as JSON: roomJson() or channelJson(). Good for one call.
struct ConfirmedPlace {
  store::ConversationKind kind = store::ConversationKind::kRoom;
  base::ObjectId workspaceId;  ///< of a channel
  std::string_view json;
};
/// The confirmed message, one JSON object.
void writeConfirmed(base::JsonWriter& json, const Conversation& conversation, const User& sender,
                    const store::MessageRecord& message, std::uint64_t commitNo);
void writeConfirmed(base::JsonWriter& json, const ConfirmedPlace& place,
                    std::string_view senderJson, const store::MessageRecord& message,
                    std::uint64_t commitNo);
/// A message as the store has it, one JSON object; `workspace` is of a channel's message, the null
/// id when it is not known; `senderJson` is the user.
void writeStored(base::JsonWriter& json, const store::StoredMessage& message,
                 const base::ObjectId& workspace, std::string_view senderJson);
/// The same, with its object left open for more members.
void beginStored(base::JsonWriter& json, const store::StoredMessage& message,
                 const base::ObjectId& workspace, std::string_view senderJson);
/// `{tempId, clientMessageId?, roomId | channelId (+ workspaceId), seq, error, code, retryable}`.
void writeFailed(base::JsonWriter& json, const Conversation& conversation,
                 const store::MessageRecord& message, const base::Error& error, bool retryable);

/// What `roomId` is in a confirmed message: `{_id, senderId, recieverId, status, …}`.
[[nodiscard]] std::string roomJson(const store::RoomRecord& room);
/// What `channelId` is: `{_id, name, workspaceId, createdAt, updatedAt}`.
[[nodiscard]] std::string channelJson(const store::ChannelRecord& channel);

[[nodiscard]] std::string_view roomStatusText(store::RoomStatus status);

}  // namespace rookery::chat
