#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/engineio/packet.h"
#include "rookery/net/shared_frame.h"

/// Engine.IO revision 3, which Socket.IO's clients before version 3 speak (protocol.md 2.11). Its
/// packets in text are those of revision 4; payloads and binary messages are written differently.

namespace rookery::engineio {

/// The packets of a POST in their order. `binaryForm`: the body came as application/octet-stream.
/// Nothing if any of them is malformed. `storage` keeps what base64 stood for; the others point
/// into `body`, which must be UTF-8 unless it is in binary form.
[[nodiscard]] std::optional<std::vector<Packet>> decodePayload3(std::string_view body,
                                                                bool binaryForm,
                                                                std::vector<std::string>& storage,
                                                                std::size_t maxPackets = 100'000);

struct Payload3 {
  std::string body;
  bool binaryForm = false;
};
/// The answer to a GET: in binary form when there is a binary message and the client reads it.
[[nodiscard]] Payload3 encodePayload3(std::span<const net::SharedFrame> frames,
                                      bool readsBinaryForm);

/// A binary WebSocket message, which begins with its packet's type as a byte.
[[nodiscard]] std::optional<Packet> decodeBinary3(std::string_view message);

}  // namespace rookery::engineio
