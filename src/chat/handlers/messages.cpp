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
  const bool isDigits =
      std::all_of((*text)->begin(), (*text)->end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!isDigits) {
    return base::fail(ErrorCode::kInvalidPayload, "timeStamp must be a number or digits");
  }
  return std::string(**text);
}

base::Result<void> checkSender(const base::JsonObject& object, const Context& context) {
  const auto sender = optionalId(object, "senderId");
  if (!sender) return base::fail(sender.error());
  if (sender->has_value() && **sender != context.user().id) {
    return base::fail(ErrorCode::kForbidden, "Invalid senderId");
  }
  return {};
}

using Upload = std::optional<SendRequest::Upload>;

base::Result<Upload> readFile(const base::JsonObject& object, store::MessageRecord& message) {
  const auto image = optionalText(object, "image", kMaxImage);
  if (!image) return base::fail(image.error());
  message.image = image->value_or("");
  const auto fileName = optionalText(object, "filename", kMaxFileName);
  if (!fileName) return base::fail(fileName.error());
  const base::Result<std::string> timeStamp = timeStampText(object);
  if (!timeStamp) return base::fail(timeStamp.error());
  if (!fileName->has_value() || timeStamp->empty()) return Upload();
  return SendRequest::Upload{.fileName = std::string(**fileName), .timeStamp = *timeStamp};
}

/// The payload of roomMessage and NewMessage, but for where it goes.
struct Written {
  store::MessageRecord message;
  Upload upload;
};

base::Result<Written> readMessage(const base::JsonObject& object, const Context& context) {
  if (const auto sender = checkSender(object, context); !sender) {
    return base::fail(sender.error());
  }
  store::MessageRecord message;
  const auto body = requiredText(object, "body", context.services.options.bodyBytes);
  if (!body) return base::fail(body.error());
  message.body = *body;
  auto upload = readFile(object, message);
  if (!upload) return base::fail(upload.error());
  const auto clientMessageId = optionalText(object, "clientMessageId", kMaxClientMessageId);
  if (!clientMessageId) return base::fail(clientMessageId.error());
  message.clientMessageId = clientMessageId->value_or("");
  const auto parent = optionalId(object, "parentId");
  if (!parent) return base::fail(parent.error());
  message.parentId = *parent;
  return Written{std::move(message), std::move(*upload)};
}

struct RoomMessage {
  base::ObjectId roomId;
  Written written;

  static base::Result<RoomMessage> parse(const base::JsonObject& object, const Context& context) {
    const auto room = requiredId(object, "roomId");
    if (!room) return base::fail(room.error());
    auto written = readMessage(object, context);
    if (!written) return base::fail(written.error());
    written->message.kind = ConversationKind::kRoom;
    return RoomMessage{*room, std::move(*written)};
  }
};

struct NewMessage {
  base::ObjectId channelId;
  std::optional<base::ObjectId> workspaceId;
  Written written;

  static base::Result<NewMessage> parse(const base::JsonObject& object, const Context& context) {
    const auto channel = requiredId(object, "channelId");
    if (!channel) return base::fail(channel.error());
    const auto workspace = optionalId(object, "workspaceId");
    if (!workspace) return base::fail(workspace.error());
    auto written = readMessage(object, context);
    if (!written) return base::fail(written.error());
    written->message.kind = ConversationKind::kChannel;
    return NewMessage{*channel, *workspace, std::move(*written)};
  }
};

void send(Context& context, const base::ObjectId& conversation, Written written,
          std::optional<base::ObjectId> workspaceId) {
  SendRequest request;
  request.ack = context.event.ack;
  request.sender = context.state.user;
  request.conversation = context.services.conversations.get(conversation);
  request.message = std::move(written.message);
  request.upload = std::move(written.upload);
  request.received = context.event.received;
  request.workspaceId = workspaceId;
  context.services.delivery.send(context.socket, std::move(request));
}

base::Result<Ack> roomMessage(Context& context, RoomMessage payload) {
  send(context, payload.roomId, std::move(payload.written), std::nullopt);
  return Ack::answeredLater();
}

base::Result<Ack> newMessage(Context& context, NewMessage payload) {
  send(context, payload.channelId, std::move(payload.written), payload.workspaceId);
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
