#include "rookery/chat/conversation_access.h"

#include <string>
#include <utility>

#include "rookery/chat/acks.h"
#include "rookery/chat/payload_fields.h"
#include "rookery/socketio/server.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;
using store::ConversationKind;
using Next = base::UniqueFunction<void(socketio::Socket&, const ConversationRef&)>;

std::string_view noun(ConversationKind kind) {
  return kind == ConversationKind::kRoom ? "room" : "channel";
}

void enter(Services& services, socketio::Socket& socket, const socketio::AckTarget& ack,
           const ConversationRef& conversation, ConversationKind kind, Next& next) {
  const UserRef user = socket.state<ChatSocket>().user;
  if (const auto allowed = mayRead(*conversation, kind, *user); !allowed) {
    answerFailure(services.nsp, ack, allowed.error());
    return;
  }
  next(socket, conversation);
}

}  // namespace

base::Result<ConversationTarget> ConversationTarget::parse(const base::JsonObject& object) {
  const auto room = idField(object, "roomId");
  const auto channel = idField(object, "channelId");
  if (room.has_value() == channel.has_value()) {
    return base::fail(ErrorCode::kInvalidPayload,
                      "Exactly one of roomId and channelId is required");
  }
  if (room) return ConversationTarget{*room, ConversationKind::kRoom};
  return ConversationTarget{*channel, ConversationKind::kChannel};
}

std::string_view conversationKey(ConversationKind kind) {
  return kind == ConversationKind::kRoom ? "roomId" : "channelId";
}

void writeConversation(base::JsonWriter& json, const Conversation& conversation) {
  json.key(conversationKey(conversation.kind)).id(conversation.id());
}

base::Result<void> mayRead(const Conversation& conversation, ConversationKind kind,
                           const User& user) {
  if (conversation.state() == Conversation::State::kUnknown) {
    return base::fail(ErrorCode::kStoreFailed, "The store does not answer, try again");
  }
  if (conversation.state() == Conversation::State::kMissing || conversation.kind != kind) {
    return base::fail(ErrorCode::kNotFound,
                      kind == ConversationKind::kRoom ? "Room not found" : "Channel not found");
  }
  if (!conversation.admits(user.id)) {
    return base::fail(ErrorCode::kForbidden,
                      "You do not take part in this " + std::string(noun(kind)));
  }
  return {};
}

void withConversation(Context& context, const ConversationTarget& target, Next next) {
  Services& services = context.services;
  const socketio::AckTarget ack = context.event.ack;
  const ConversationRef conversation = services.conversations.get(target.id);
  if (conversation->state() != Conversation::State::kUnknown) {
    enter(services, context.socket, ack, conversation, target.kind, next);
    return;
  }
  const bool waits = services.conversations.whenLoaded(
      conversation, context.socket.loop(),
      [&services, ack, conversation, kind = target.kind, next = std::move(next)]() mutable {
        socketio::Socket* const socket = services.server.find(ack.socket);
        if (socket != nullptr) enter(services, *socket, ack, conversation, kind, next);
      });
  if (!waits) {
    answerFailure(services.nsp, ack,
                  {ErrorCode::kOverloaded, "The server is busy, try again later"});
  }
}

}  // namespace rookery::chat
