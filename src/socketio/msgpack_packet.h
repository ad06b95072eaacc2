#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/net/shared_frame.h"
#include "rookery/socketio/packet.h"

/// Socket.IO packets as socket.io-msgpack-parser has them (protocol.md 3.6): a map {type, nsp,
/// data, id} in one binary message, buffers and all.

namespace rookery::socketio {

/// A packet as the rest of this layer knows it; `head` points into it.
struct MsgpackPacket {
  PacketHead head;
  std::string nsp;
  std::string json;
  std::vector<std::string> attachments;
};

/// Takes a binary message apart. Null when it is no packet, or breaks a rule that decodeHead()
/// holds texts to. No more than 1000 buffers.
[[nodiscard]] std::unique_ptr<MsgpackPacket> decodeMsgpack(std::string_view message);

/// The packet of a frame of this layer's in that form.
[[nodiscard]] std::string encodeMsgpack(const net::SharedFrame& frame);

}  // namespace rookery::socketio
