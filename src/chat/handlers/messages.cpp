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

constexpr std::size_t kMaxTimeStamp = 20;

/// `timeStamp` is a text of digits or a whole number (events.md); empty when absent.
base::Result<std::string> timeStampText(const base::JsonObject& object) {
  const std::optional<base::JsonValue> value = optionalValue(object, "timeStamp");
  if (!value) return std::string();
  std::uint64_t number = 0;
  if (value->get(number) == simdjson::SUCCESS) return std::to_string(number);
  std::string_view text;
  const bool isText = value->get(text) == simdjson::SUCCESS && text.size() <= kMaxTimeStamp;
  const bool isDigits =
      isText && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!isDigits) {
    return base::fail(ErrorCode::kInvalidPayload, "timeStamp must be a number or digits");
  }
  return std::string(text);
}

using Upload = std::optional<SendRequest::Upload>;

base::Result<Upload> readUpload(const base::JsonObject& object) {
  const std::string_view fileName = textField(object, "filename");
  const base::Result<std::string> timeStamp = timeStampText(object);
  if (!timeStamp) return base::fail(timeStamp.error());
  if (fileName.empty() || timeStamp->empty()) return Upload();
  return SendRequest::Upload{.fileName = std::string(fileName), .timeStamp = *timeStamp};
}

/// The payload of roomMessage and NewMessage, but for where it goes.
struct Written {
  store::MessageRecord message;
  Upload upload;
};

base::Result<Written> readMessage(const base::JsonObject& object, const Context& context) {
  const auto sender = idField(object, "senderId");
  if (sender && *sender != context.user().id) {
    return base::fail(ErrorCode::kForbidden, "Invalid senderId");
  }
  const auto body = bodyField(object, context.services.options.bodyBytes);
  if (!body) return base::fail(body.error());
  auto upload = readUpload(object);
  if (!upload) return base::fail(upload.error());
  store::MessageRecord message;
  message.body = *body;
  message.image = textField(object, "image");
  message.clientMessageId = textField(object, "clientMessageId");
  message.parentId = idField(object, "parentId");
  return Written{std::move(message), std::move(*upload)};
}

struct RoomMessage {
  base::ObjectId roomId;
  Written written;

  static base::Result<RoomMessage> parse(const base::JsonObject& object, const Context& context) {
    auto written = readMessage(object, context);
    if (!written) return base::fail(written.error());
    written->message.kind = ConversationKind::kRoom;
    return RoomMessage{requiredId(object, "roomId"), std::move(*written)};
  }
};

struct NewMessage {
  base::ObjectId channelId;
  std::optional<base::ObjectId> workspaceId;
  Written written;

  static base::Result<NewMessage> parse(const base::JsonObject& object, const Context& context) {
    auto written = readMessage(object, context);
    if (!written) return base::fail(written.error());
    written->message.kind = ConversationKind::kChannel;
    return NewMessage{requiredId(object, "channelId"), idField(object, "workspaceId"),
                      std::move(*written)};
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
  table.add(kRoomMessage, &roomMessage);
  table.add(kNewMessage, &newMessage);
}

}  // namespace rookery::chat
