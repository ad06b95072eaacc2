#include "rookery/socketio/frames.h"

#include "rookery/socketio/namespace.h"
#include "rookery/socketio/packet.h"
#include "rookery/socketio/recovery.h"
#include "rookery/socketio/server.h"

namespace rookery::socketio {
namespace {

constexpr std::size_t kExpectedHead = 64;
constexpr char kEngineMessage = '4';  // the Engine.IO packet type that carries all of Socket.IO

net::FrameBuilder begin(PacketType type, std::string_view nsp, std::optional<std::uint64_t> ackId,
                        std::size_t expectedBytes, std::size_t attachments = 0) {
  net::FrameBuilder builder(expectedBytes);
  builder.text() += kEngineMessage;
  PacketHead head;
  head.type = type;
  head.nsp = nsp;
  head.ackId = ackId;
  head.attachments = static_cast<std::uint32_t>(attachments);
  appendHead(builder.text(), head);
  return builder;
}

net::FrameBuilder beginEvent(std::string_view nsp, std::string_view name,
                             std::optional<std::uint64_t> ackId, std::string_view argsJson,
                             std::size_t attachments) {
  net::FrameBuilder builder =
      begin(attachments == 0 ? PacketType::kEvent : PacketType::kBinaryEvent, nsp, ackId,
            argsJson.size() + name.size() + kExpectedHead, attachments);
  base::JsonWriter json(builder.text());
  json.beginArray().string(name);
  if (!argsJson.empty()) json.raw(argsJson);
  json.endArray();
  return builder;
}

}  // namespace

EventFrame::EventFrame(std::string_view nsp, std::string_view name,
                       std::optional<std::uint64_t> ackId, std::size_t expectedBytes)
    : builder_(begin(PacketType::kEvent, nsp, ackId, expectedBytes)), json_(builder_.text()) {
  json_.beginArray().string(name);
}

EventFrame::EventFrame(Namespace& nsp, std::string_view name, std::size_t expectedBytes)
    : EventFrame(nsp.name(), name, std::nullopt, expectedBytes) {
  if (nsp.server().recovers()) numbers_ = &nsp.server();
}

net::SharedFrame EventFrame::finish(net::FrameClass frameClass, const base::ObjectId& subject) {
  if (numbers_ != nullptr && frameClass != net::FrameClass::kTyping) {
    const std::uint64_t number = numbers_->nextFrameNumber();
    builder_.setNumber(number);
    json_.string(offsetText(number));
  }
  json_.endArray();
  return builder_.finish(frameClass, {}, subject);
}

AckFrame::AckFrame(std::string_view nsp, std::uint64_t ackId, std::size_t expectedBytes)
    : builder_(begin(PacketType::kAck, nsp, ackId, expectedBytes)), json_(builder_.text()) {
  json_.beginArray();
}

net::SharedFrame AckFrame::finish() {
  json_.endArray();
  return builder_.finish();
}

net::SharedFrame eventFrame(std::string_view nsp, std::string_view name,
                            std::optional<std::uint64_t> ackId, std::string_view argsJson,
                            const std::vector<std::string>& attachments,
                            net::FrameClass frameClass) {
  net::FrameBuilder builder = beginEvent(nsp, name, ackId, argsJson, attachments.size());
  return builder.finish(frameClass, attachments);
}

net::SharedFrame eventFrame(Namespace& nsp, std::string_view name, std::string_view argsJson,
                            const std::vector<std::string>& attachments) {
  if (!nsp.server().recovers()) {
    return eventFrame(nsp.name(), name, std::nullopt, argsJson, attachments);
  }
  const std::uint64_t number = nsp.server().nextFrameNumber();
  std::string args(argsJson);
  if (!args.empty()) args += ',';
  base::appendJsonString(args, offsetText(number));
  net::FrameBuilder builder = beginEvent(nsp.name(), name, std::nullopt, args, attachments.size());
  builder.setNumber(number);
  return builder.finish(net::FrameClass::kMessage, attachments);
}

net::SharedFrame ackFrame(std::string_view nsp, std::uint64_t ackId, std::string_view argsJson,
                          const std::vector<std::string>& attachments) {
  net::FrameBuilder builder =
      begin(attachments.empty() ? PacketType::kAck : PacketType::kBinaryAck, nsp, ackId,
            argsJson.size() + kExpectedHead, attachments.size());
  builder.text().append(1, '[').append(argsJson).append(1, ']');
  return builder.finish(net::FrameClass::kMessage, attachments);
}

net::SharedFrame connectFrame(std::string_view nsp, std::string_view socketId,
                              std::string_view pid) {
  net::FrameBuilder builder = begin(PacketType::kConnect, nsp, std::nullopt, 96);
  base::JsonWriter json(builder.text());
  json.beginObject().key("sid").string(socketId);
  if (!pid.empty()) json.key("pid").string(pid);
  json.endObject();
  return builder.finish();
}

net::SharedFrame connectFrame4(std::string_view nsp) {
  return begin(PacketType::kConnect, nsp, std::nullopt, 16).finish();
}

net::SharedFrame connectErrorFrame(std::string_view nsp, std::string_view message,
                                   std::string_view dataJson) {
  net::FrameBuilder builder = begin(PacketType::kConnectError, nsp, std::nullopt, 128);
  base::JsonWriter json(builder.text());
  json.beginObject().key("message").string(message);
  if (!dataJson.empty()) json.key("data").raw(dataJson);
  json.endObject();
  return builder.finish();
}

net::SharedFrame connectErrorFrame4(std::string_view nsp, std::string_view message,
                                    std::string_view dataJson) {
  net::FrameBuilder builder = begin(PacketType::kConnectError, nsp, std::nullopt, 128);
  if (dataJson.empty()) {
    base::appendJsonString(builder.text(), message);
  } else {
    builder.text() += dataJson;
  }
  return builder.finish();
}

net::SharedFrame disconnectFrame(std::string_view nsp) {
  return begin(PacketType::kDisconnect, nsp, std::nullopt, 16).finish();
}

}  // namespace rookery::socketio
