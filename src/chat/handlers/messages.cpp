#include <algorithm>

#include "rookery/chat/conversations.h"
#include "rookery/chat/delivery.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/handlers/handlers.h"
#include "rookery/chat/payload_fields.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;
using store::ConversationKind;

constexpr std::size_t kMaxImage = 2048;
constexpr std::size_t kMaxFileName = 255;
constexpr std::size_t kMaxTimeStamp = 20;
constexpr std::size_t kMaxClientMessageId = 64;

/// `timeStamp` is a text of digits or a whole number (events.md); empty when absent.
base::Result<std::string> timeStampText(const base::JsonObject& object) {
  const std::optional<base::JsonValue> value = optionalValue(object, "timeStamp");
  if (!value) return std::string();
  std::uint64_t number = 0;
  if (value->get(number) == simdjson::SUCCESS) return std::to_string(number);
  const auto text = optionalText(object, "timeStamp", kMaxTimeStamp);
  if (!text) return base::fail(text.error());
  if (!text->has_value()) return std::string();
  const bool isDigits = std::all_of((*text)->begin(), (*text)->end(),
                                    [](char c) { return c >= '0' && c <= '9'; });
  if (!isDigits) {
    return base::fail(ErrorCode::kInvalidPayload, "timeStamp must be a number or digits");
  }
  return std::string(**text);
}

/// `<filename with white space as _>-<timeStamp>-<configured key>`.
std::string imageKey(std::string_view fileName, const std::string& timeStamp,
                     const std::string& suffix) {
  std::string key(fileName);
  std::replace_if(
      key.begin(), key.end(),
      [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }, '_');
  return key + "-" + timeStamp + "-" + suffix;
}

base::Result<void> checkSender(const base::JsonObject& object, const Context& context) {
  const auto sender = optionalId(object, "senderId");
  if (!sender) return base::fail(sender.error());
  if (sender->has_value() && **sender != context.user().id) {
    return base::fail(ErrorCode::kForbidden, "Invalid senderId");
  }
  return {};
}

base::Result<void> readFile(const base::JsonObject& object, const Options& options,
                            store::MessageRecord& message) {
  const auto image = optionalText(object, "image", kMaxImage);
  if (!image) return base::fail(image.error());
  message.image = image->value_or("");
  const auto fileName = optionalText(object, "filename", kMaxFileName);
  if (!fileName) return base::fail(fileName.error());
  const base::Result<std::string> timeStamp = timeStampText(object);
  if (!timeStamp) return base::fail(timeStamp.error());
  if (fileName->has_value() && !timeStamp->empty()) {
    message.imageKey = imageKey(**fileName, *timeStamp, options.imageKeySuffix);
  }
  return {};
}

/// The payload of roomMessage and NewMessage, but for where it goes.
base::Result<store::MessageRecord> readMessage(const base::JsonObject& object,
                                               const Context& context) {
  const Options& options = context.services.options;
  if (const auto sender = checkSender(object, context); !sender) {
    return base::fail(sender.error());
  }
  store::MessageRecord message;
  const auto body = requiredText(object, "body", options.bodyBytes);
  if (!body) return base::fail(body.error());
  message.body = *body;
  if (const auto file = readFile(object, options, message); !file) {
    return base::fail(file.error());
  }
  const auto clientMessageId = optionalText(object, "clientMessageId", kMaxClientMessageId);
  if (!clientMessageId) return base::fail(clientMessageId.error());
  message.clientMessageId = clientMessageId->value_or("");
  const auto parent = optionalId(object, "parentId");
  if (!parent) return base::fail(parent.error());
  message.parentId = *parent;
  return message;
}

struct RoomMessage {
  base::ObjectId roomId;
  store::MessageRecord message;

  static base::Result<RoomMessage> parse(const base::JsonObject& object, const Context& context) {
    const auto room = requiredId(object, "roomId");
    if (!room) return base::fail(room.error());
    auto message = readMessage(object, context);
    if (!message) return base::fail(message.error());
    message->kind = ConversationKind::kRoom;
    return RoomMessage{*room, std::move(*message)};
  }
};

struct NewMessage {
  base::ObjectId channelId;
  std::optional<base::ObjectId> workspaceId;
  store::MessageRecord message;

  static base::Result<NewMessage> parse(const base::JsonObject& object, const Context& context) {
    const auto channel = requiredId(object, "channelId");
    if (!channel) return base::fail(channel.error());
    const auto workspace = optionalId(object, "workspaceId");
    if (!workspace) return base::fail(workspace.error());
    auto message = readMessage(object, context);
    if (!message) return base::fail(message.error());
    message->kind = ConversationKind::kChannel;
    return NewMessage{*channel, *workspace, std::move(*message)};
  }
};

void send(Context& context, const base::ObjectId& conversation, store::MessageRecord message,
          std::optional<base::ObjectId> workspaceId) {
  SendRequest request;
  request.ack = context.event.ack;
  request.sender = context.state.user;
  request.conversation = context.services.conversations.get(conversation);
  request.message = std::move(message);
  request.received = context.event.received;
  request.workspaceId = workspaceId;
  context.services.delivery.send(context.socket, std::move(request));
}

base::Result<Ack> roomMessage(Context& context, RoomMessage payload) {
  send(context, payload.roomId, std::move(payload.message), std::nullopt);
  return Ack::answeredLater();
}

base::Result<Ack> newMessage(Context& context, NewMessage payload) {
  send(context, payload.channelId, std::move(payload.message), payload.workspaceId);
  return Ack::answeredLater();
}

}  // namespace

void addMessageEvents(EventTable& table) {
  table.add(kRoomMessage, RateClass::kMessages,
            "Invalid data format. Expected JSON object with roomId", &roomMessage);
  table.add(kNewMessage, RateClass::kMessages,
            "Invalid data format. Expected JSON object with channelId", &newMessage);
}

}  // namespace rookery::chat
