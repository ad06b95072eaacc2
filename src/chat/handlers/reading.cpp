#include "rookery/chat/conversation_access.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/handlers/handlers.h"
#include "rookery/chat/payload_fields.h"
#include "rookery/chat/receipts.h"

namespace rookery::chat {
namespace {

struct ReadPayload {
  ConversationTarget target;
  base::ObjectId messageId;

  static base::Result<ReadPayload> parse(const base::JsonObject& object, const Context&) {
    const auto target = ConversationTarget::parse(object);
    if (!target) return base::fail(target.error());
    return ReadPayload{*target, requiredId(object, "messageId")};
  }
};

base::Result<Ack> markRead(Context& context, ReadPayload payload) {
  withConversation(
      context, payload.target,
      [&receipts = context.services.receipts, ack = context.event.ack, message = payload.messageId](
          socketio::Socket& socket, const ConversationRef& conversation) {
        receipts.markRead(socket, ack, conversation, message);
      });
  return Ack::answeredLater();
}

struct DeliveredPayload {
  ConversationTarget target;
  std::uint64_t seq = 0;

  static base::Result<DeliveredPayload> parse(const base::JsonObject& object, const Context&) {
    const auto target = ConversationTarget::parse(object);
    if (!target) return base::fail(target.error());
    return DeliveredPayload{*target, numberField(object, "seq").value_or(0)};
  }
};

base::Result<Ack> markDelivered(Context& context, DeliveredPayload payload) {
  withConversation(
      context, payload.target,
      [&receipts = context.services.receipts, ack = context.event.ack, seq = payload.seq](
          socketio::Socket& socket, const ConversationRef& conversation) {
        receipts.markDelivered(socket, ack, conversation, seq);
      });
  return Ack::answeredLater();
}

struct NoFields {
  static base::Result<NoFields> parse(const base::JsonObject&, const Context&) {
    return NoFields{};
  }
};

base::Result<Ack> getUnread(Context& context, NoFields) {
  context.services.receipts.answerUnread(context.socket, context.event.ack);
  return Ack::answeredLater();
}

}  // namespace

void addReadingEvents(EventTable& table) {
  table.add(kMarkRead, &markRead);
  table.add(kMarkDelivered, &markDelivered);
  table.add(kGetUnread, &getUnread);
}

}  // namespace rookery::chat
