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

/// The whole text of an event; `offset` is empty for one that has none.
net::FrameBuilder writeEvent(std::string_view nsp, std::string_view name,
                             std::optional<std::uint64_t> ackId, const Args& args,
                             std::string_view offset) {
  net::FrameBuilder builder =
      begin(args.attachments().empty() ? PacketType::kEvent : PacketType::kBinaryEvent, nsp, ackId,
            args.json().size() + name.size() + kExpectedHead, args.attachments().size());
  base::JsonWriter json(builder.text());
  json.beginArray().string(name);
  if (!args.isEmpty()) json.raw(args.json());
  if (!offset.empty()) json.string(offset);
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

EventFrame::EventFrame(Namespace& nsp, std::string_view name, std::uint64_t ackId,
                       const net::SharedFrame& other, std::size_t expectedBytes)
    : EventFrame(nsp.name(), name, ackId, expectedBytes) {
  builder_.setNumber(other.number());
}

net::SharedFrame EventFrame::finish(net::FrameClass frameClass, const base::ObjectId& subject) {
  if (numbers_ != nullptr && frameClass != net::FrameClass::kTyping) {
    const std::uint64_t number = numbers_->nextFrameNumber();
    builder_.setNumber(number);
    json_.string(offsetText({number, commitNo_.value_or(numbers_->postedCommitNo())}));
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

net::SharedFrame eventFrame(Namespace& nsp, std::string_view name, const Args& args,
                            const Sending& sending) {
  const bool isNumbered = nsp.server().recovers() && sending.frameClass != net::FrameClass::kTyping;
  Offset offset;
  if (isNumbered) offset = {nsp.server().nextFrameNumber(), nsp.server().postedCommitNo()};
  net::FrameBuilder builder = writeEvent(nsp.name(), name, std::nullopt, args,
                                         offset.number == 0 ? "" : offsetText(offset));
  builder.setNumber(offset.number);
  if (!sending.compress) builder.dontCompress();
  return builder.finish(sending.frameClass, args.attachments());
}

net::SharedFrame askingFrame(std::string_view nsp, std::string_view name, std::uint64_t ackId,
                             const Args& args, const Sending& sending) {
  net::FrameBuilder builder = writeEvent(nsp, name, ackId, args, "");
  if (!sending.compress) builder.dontCompress();
  return builder.finish(sending.frameClass, args.attachments());
}

net::SharedFrame ackFrame(std::string_view nsp, std::uint64_t ackId, const Args& args) {
  net::FrameBuilder builder =
      begin(args.attachments().empty() ? PacketType::kAck : PacketType::kBinaryAck, nsp, ackId,
            args.json().size() + kExpectedHead, args.attachments().size());
  builder.text().append(1, '[').append(args.json()).append(1, ']');
  return builder.finish(net::FrameClass::kMessage, args.attachments());
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
