#include "rookery/api/asyncapi.h"

#include <fmt/format.h>

#include <array>

#include "rookery/api/envelope.h"
#include "rookery/base/json_writer.h"
#include "rookery/base/shape_example.h"
#include "rookery/chat/event_shapes.h"

namespace rookery::api {
namespace {

using base::JsonWriter;
using chat::EventShape;
using enum EventShape::Direction;

/// Whether the shape is the name of one alone.
bool isName(std::string_view shape) {
  return !shape.empty() && shape.front() >= 'A' && shape.front() <= 'Z' &&
         shape.find_first_of(" :=(?") == std::string_view::npos;
}

void writePayload(JsonWriter& json, std::string_view shape, bool isRequest) {
  if (!isName(shape)) return base::writeShape(json, shape, isRequest);
  json.beginObject();
  if (shape != "Any") json.key("$ref").string(fmt::format("#/components/schemas/{}", shape));
  json.endObject();
}

void writeExample(JsonWriter& json, std::string_view shape) {
  json.key("examples").beginArray().beginObject().key("payload");
  if (isName(shape)) {
    base::writeSchemaExample(json, shape, chat::eventSchemas());
  } else {
    base::writeExample(json, shape, chat::eventSchemas());
  }
  json.endObject().endArray();
}

std::string answerName(std::string_view event) { return fmt::format("{}.answer", event); }

void writeReference(JsonWriter& json, std::string_view kind, std::string_view name) {
  json.beginObject().key("$ref").string(fmt::format("#/{}/{}", kind, name)).endObject();
}

void writeAnswer(JsonWriter& json, const EventShape& event) {
  json.key(answerName(event.name)).beginObject();
  json.key("summary").string("What the callback is given").key("payload").beginObject();
  json.key("oneOf").beginArray().beginObject().key("type").string("object");
  json.key("properties").beginObject().key("success").raw(R"({"const":true})");
  json.key("message").raw(R"({"type":"string"})").key("data");
  writePayload(json, event.ack, false);
  // How long it took, and whom it reached: of messages.
  json.key("timing");
  base::writeShape(json, "emitTime:Any dbTime:Any", false);
  json.key("delivery");
  base::writeShape(json, "onlineUsers:Number offlineUsers:Number notificationsSent:Number", false);
  json.endObject().key("required").raw(R"(["success","message","data"])");
  json.key("additionalProperties").boolean(false).endObject();
  writeReference(json, "components/schemas", "Failure");
  json.endArray().endObject().endObject();
}

void writeMessages(JsonWriter& json) {
  json.key("messages").beginObject();
  for (const EventShape& event : chat::eventShapes()) {
    json.key(event.name).beginObject().key("name").string(event.name);
    json.key("summary").string(event.summary).key("payload");
    writePayload(json, event.payload, event.direction != kToClient);
    writeExample(json, event.payload);
    if (event.ack == "-") json.key("x-asks-for-an-answer").string("always");
    if (event.ack == "-?") json.key("x-asks-for-an-answer").string("with auth.ackMessages");
    json.endObject();
    if (event.direction != kToClient) writeAnswer(json, event);
  }
  json.endObject();
}

constexpr std::array<std::string_view, chat::kRateClasses> kRateNames = {
    "messages", "typing", "joins", "calls", "uploads", "other"};

std::string_view whoMay(chat::Permission permission) {
  switch (permission) {
    case chat::Permission::kSignedIn:
      return "signed in";
    case chat::Permission::kTakesPart:
      return "takes part";
    case chat::Permission::kSender:
      return "sender";
    case chat::Permission::kSenderOrAdmin:
      return "sender or admin";
    case chat::Permission::kShares:
      return "shares a conversation or workspace";
    case chat::Permission::kInCall:
      return "is in the call";
  }
  return {};
}

void writeOperation(JsonWriter& json, const EventShape& event, bool isTaken) {
  constexpr std::string_view kMessages = "channels/main/messages";
  json.key(fmt::format("{}.{}", isTaken ? "take" : "tell", event.name)).beginObject();
  json.key("action").string(isTaken ? "receive" : "send").key("channel");
  writeReference(json, "channels", "main");
  json.key("messages").beginArray();
  writeReference(json, kMessages, event.name);
  json.endArray();
  if (isTaken) {
    json.key("x-permission").string(whoMay(event.rules.permission));
    json.key("x-rate-limit").string(kRateNames.at(static_cast<std::size_t>(event.rules.rateClass)));
    json.key("reply").beginObject().key("channel");
    writeReference(json, "channels", "main");
    json.key("messages").beginArray();
    writeReference(json, kMessages, answerName(event.name));
    json.endArray().endObject();
  }
  json.endObject();
}

}  // namespace

std::string asyncApiDocument() {
  std::string text;
  JsonWriter json(text);
  json.beginObject().key("asyncapi").string("3.0.0");
  json.key("info").raw(
      R"({"title":"Rookery","version":"1","description":"Events over Socket.IO, namespace /."})");
  json.key("channels").beginObject().key("main").beginObject().key("address").string("/");
  writeMessages(json);
  json.endObject().endObject().key("operations").beginObject();
  for (const EventShape& event : chat::eventShapes()) {
    if (event.direction != kToClient) writeOperation(json, event, true);
    if (event.direction != kToServer) writeOperation(json, event, false);
  }
  json.endObject().key("components").beginObject().key("schemas").beginObject();
  for (const base::Schema& schema : chat::eventSchemas()) {
    json.key(schema.name);
    base::writeSchema(json, schema);
  }
  json.endObject().endObject().endObject();
  return text;
}

void asyncApi(CallPtr call) { call->answer(bareJson(200, asyncApiDocument())); }

}  // namespace rookery::api
