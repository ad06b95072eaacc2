#include "rookery/socketio/msgpack_packet.h"

#include "rookery/base/json.h"
#include "rookery/socketio/msgpack.h"

namespace rookery::socketio {
namespace {

constexpr std::size_t kMaxBuffers = 1000;

/// A binary packet is an ordinary one here.
PacketType plainType(PacketType type) {
  if (type == PacketType::kBinaryEvent) return PacketType::kEvent;
  if (type == PacketType::kBinaryAck) return PacketType::kAck;
  return type;
}

/// Takes the value of the member `name` of a packet.
bool takeMember(msgpack::Reader& reader, std::string_view name, MsgpackPacket& packet) {
  if (name == "type") {
    const auto type = reader.unsignedInteger();
    if (!type || *type > static_cast<std::uint64_t>(PacketType::kAck)) return false;
    packet.head.type = static_cast<PacketType>(*type);
    return true;
  }
  if (name == "nsp") {
    const auto nsp = reader.string();
    if (!nsp || !nsp->starts_with('/')) return false;
    packet.nsp = *nsp;
    return true;
  }
  std::string json;
  std::vector<std::string> buffers;
  if (!reader.appendJson(json, buffers, kMaxBuffers)) return false;
  if (name == "data" && json != "null") {  // JavaScript's undefined
    packet.json = std::move(json);
    packet.attachments = std::move(buffers);
  } else if (name == "id" && json != "null") {
    const auto id = parseAckId(json);
    if (!id) return false;
    packet.head.ackId = id;
  }
  return true;  // other members say nothing to us: an encoder may write its options
}

}  // namespace

std::unique_ptr<MsgpackPacket> decodeMsgpack(std::string_view message) {
  msgpack::Reader reader(message);
  auto count = reader.map();
  if (!count) return nullptr;
  auto packet = std::make_unique<MsgpackPacket>();
  bool hasType = false;
  for (; *count > 0; --*count) {
    const auto name = reader.string();
    if (!name || !takeMember(reader, *name, *packet)) return nullptr;
    hasType = hasType || *name == "type";
  }
  if (!hasType || packet->nsp.empty() || !reader.isAtEnd()) return nullptr;
  packet->head.attachments = static_cast<std::uint32_t>(packet->attachments.size());
  packet->head.json = packet->json;
  packet->head.nsp = packet->nsp;
  splitQuery(packet->head);
  if (!isWellFormed(packet->head)) return nullptr;
  return packet;
}

std::string encodeMsgpack(const net::SharedFrame& frame) {
  std::string text;
  std::vector<std::string_view> buffers;
  frame.forEachPacket([&](bool binary, std::string_view packet) {
    if (binary) {
      buffers.push_back(packet);
    } else {
      text = packet.substr(1);  // without Engine.IO's type
    }
  });
  const PacketHead head = headOf(text);
  static thread_local base::JsonParser parser;  // one of a loop's may be in use by a handler
  const auto data = head.json.empty() ? std::nullopt : parser.parse(head.json);
  std::string out;
  out.reserve(text.size() + 32);
  msgpack::appendMapHead(out, 2 + (data ? 1 : 0) + (head.ackId ? 1 : 0));
  msgpack::appendString(out, "type");
  msgpack::appendUnsigned(out, static_cast<std::uint64_t>(plainType(head.type)));
  msgpack::appendString(out, "nsp");
  msgpack::appendString(out, head.nsp);
  if (data) {
    msgpack::appendString(out, "data");
    msgpack::appendValue(out, *data, buffers);
  }
  if (head.ackId) {
    msgpack::appendString(out, "id");
    msgpack::appendUnsigned(out, *head.ackId);
  }
  return out;
}

}  // namespace rookery::socketio
