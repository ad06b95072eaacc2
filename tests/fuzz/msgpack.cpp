// Packets in MessagePack: one that is read, written and read again is the same.

#include "fuzz/target.h"
#include "rookery/base/json.h"
#include "rookery/net/shared_frame.h"
#include "rookery/socketio/msgpack_packet.h"

namespace rookery::fuzz {

void runOnce(std::span<const std::uint8_t> bytes) {
  const auto packet = socketio::decodeMsgpack(asText(bytes));
  if (packet == nullptr) return;
  base::JsonParser parser;
  if (!packet->json.empty() && !parser.parse(packet->json)) return;  // no UTF-8, or too deep
  socketio::PacketHead head = packet->head;
  // As this server writes it: in a namespace that clients can name, with the buffers beside.
  if (head.nsp.find_first_of(",?") != std::string_view::npos) return;
  if (head.attachments > 0) {
    // A CONNECT may come with buffers, but this server writes none.
    if (head.type == socketio::PacketType::kConnect) return;
    head.type = head.type == socketio::PacketType::kAck ? socketio::PacketType::kBinaryAck
                                                        : socketio::PacketType::kBinaryEvent;
  }
  net::FrameBuilder builder;
  builder.text() += '4';
  socketio::appendHead(builder.text(), head);
  builder.text() += packet->json;
  const auto written =
      socketio::encodeMsgpack(builder.finish(net::FrameClass::kMessage, packet->attachments));
  const auto again = socketio::decodeMsgpack(written);
  require(again != nullptr, "what is written is read");
  require(again->json == packet->json, "data stays the same");
  require(again->attachments == packet->attachments, "buffers stay the same");
  require(again->head.ackId == packet->head.ackId, "the id stays the same");
}

}  // namespace rookery::fuzz
