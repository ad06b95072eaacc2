#include "rookery/socketio/frames.h"

#include "rookery/socketio/packet.h"

namespace rookery::socketio {
namespace {

constexpr char kEngineMessage = '4';  // the Engine.IO packet type that carries all of Socket.IO

net::FrameBuilder begin(PacketType type, std::string_view nsp, std::optional<std::uint64_t> ackId,
                        std::size_t expectedBytes) {
  net::FrameBuilder builder(expectedBytes);
  builder.text() += kEngineMessage;
  PacketHead head;
  head.type = type;
  head.nsp = nsp;
  head.ackId = ackId;
  appendHead(builder.text(), head);
  return builder;
}

}  // namespace

EventFrame::EventFrame(std::string_view nsp, std::string_view name,
                       std::optional<std::uint64_t> ackId, std::size_t expectedBytes)
    : builder_(begin(PacketType::kEvent, nsp, ackId, expectedBytes)), json_(builder_.text()) {
  json_.beginArray().string(name);
}

net::SharedFrame EventFrame::finish(net::FrameClass frameClass, const base::ObjectId& subject) {
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

net::SharedFrame connectFrame(std::string_view nsp, std::string_view socketId) {
  net::FrameBuilder builder = begin(PacketType::kConnect, nsp, std::nullopt, 64);
  base::JsonWriter(builder.text()).beginObject().key("sid").string(socketId).endObject();
  return builder.finish();
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

net::SharedFrame disconnectFrame(std::string_view nsp) {
  return begin(PacketType::kDisconnect, nsp, std::nullopt, 16).finish();
}

}  // namespace rookery::socketio
