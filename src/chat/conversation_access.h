#pragma once

#include <string_view>

#include "rookery/base/error.h"
#include "rookery/base/function.h"
#include "rookery/base/json.h"
#include "rookery/base/json_writer.h"
#include "rookery/chat/conversations.h"
#include "rookery/chat/event_table.h"

namespace rookery::chat {

/// `{roomId | channelId}` of a payload: exactly one of the two (events.md, conventions).
struct ConversationTarget {
  base::ObjectId id;
  store::ConversationKind kind = store::ConversationKind::kRoom;

  [[nodiscard]] static base::Result<ConversationTarget> parse(const base::JsonObject& object);
};

/// "roomId" or "channelId".
[[nodiscard]] std::string_view conversationKey(store::ConversationKind kind);
/// Writes the member `roomId` or `channelId` into the open object.
void writeConversation(base::JsonWriter& json, const Conversation& conversation);

/// Whether the user may read there, as far as memory knows: kStoreFailed when it could not be
/// loaded, kNotFound, kForbidden.
[[nodiscard]] base::Result<void> mayRead(const Conversation& conversation,
                                         store::ConversationKind kind, const User& user);

/// Runs `next` on the socket's loop once the conversation is in memory and the user may read
/// there, at once if it is; otherwise answers the event with why not. A socket that went meanwhile
/// is dropped silently.
void withConversation(
    Context& context, const ConversationTarget& target,
    base::UniqueFunction<void(socketio::Socket&, const ConversationRef&)> next);

}  // namespace rookery::chat
