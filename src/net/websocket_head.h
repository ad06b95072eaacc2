#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "rookery/net/websocket_codec.h"

/// The heads of WebSocket frames, as the decoder reads them (RFC 6455 §5.2).

namespace rookery::net {

inline constexpr std::size_t kMaxMaskedHead = 14;
inline constexpr std::size_t kMaxControlPayload = 125;  // RFC 6455 §5.5
inline constexpr std::uint8_t kLength16 = 126;          // the length follows in 16 bits
inline constexpr std::uint8_t kLength64 = 127;

/// What of a message came before the frame that is looked at.
struct MessageProgress {
  bool open = false;
  bool compressed = false;
  Opcode opcode = Opcode::kText;
  std::size_t bytes = 0;
  std::size_t fragments = 0;
};

struct FrameHead {
  bool final = true;
  bool compressed = false;  ///< RFC 7692 §6: on the first frame of a message
  Opcode opcode = Opcode::kText;
  std::uint64_t length = 0;
  std::array<std::uint8_t, 4> key{};
  std::size_t size = 0;  ///< of the head itself
};

/// `code` is kNone unless the head is broken.
struct HeadVerdict {
  bool complete = false;
  CloseCode code = CloseCode::kNone;
  std::string_view what;
};

[[nodiscard]] constexpr bool isControl(Opcode opcode) {
  return (static_cast<unsigned>(opcode) & 0x8U) != 0;
}

[[nodiscard]] inline std::uint64_t readBigEndian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

/// Judges each byte as soon as it is there and in the order of sending, so that the verdict does
/// not depend on how the stream was cut. `mayCompress`: whether permessage-deflate was agreed on.
[[nodiscard]] HeadVerdict parseHead(std::span<const std::uint8_t> in,
                                    const MessageProgress& message,
                                    const WebSocketDecoder::Limits& limits, bool mayCompress,
                                    FrameHead& head);

}  // namespace rookery::net
