#include "load/websocket.h"

#include <fmt/format.h>

#include <array>

namespace rookery::bench {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kCompressed = 0x40;  // RFC 7692 §6
constexpr std::uint8_t kMasked = 0x80;
constexpr std::size_t kShort = 125;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;

std::uint64_t bigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace

void appendFrame(std::string& out, Opcode opcode, std::string_view payload) {
  // A mask hides nothing from a server on the same machine; that it must be undone is the point.
  constexpr std::array<std::uint8_t, 4> kMask = {0x37, 0xfa, 0x21, 0x3d};
  out += static_cast<char>(kFinal | static_cast<std::uint8_t>(opcode));
  if (payload.size() <= kShort) {
    out += static_cast<char>(kMasked | payload.size());
  } else if (payload.size() <= 0xffff) {
    out += static_cast<char>(kMasked | kLength16);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xff);
  } else {
    out += static_cast<char>(kMasked | kLength64);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift);
  }
  for (const std::uint8_t byte : kMask) out += static_cast<char>(byte);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out += static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ kMask[i & 3]);
  }
}

FrameState readFrame(std::string_view bytes, ServerFrame& frame) {
  if (bytes.size() < 2) return FrameState::kIncomplete;
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  if ((first & 0xf0 & ~kCompressed) != kFinal || (second & kMasked) != 0) return FrameState::kBad;
  std::size_t head = 2;
  std::uint64_t length = second;
  if (second == kLength16 || second == kLength64) {
    const std::size_t wide = second == kLength16 ? 2 : 8;
    if (bytes.size() < head + wide) return FrameState::kIncomplete;
    length = bigEndian(bytes.substr(head, wide));
    head += wide;
  }
  if (bytes.size() - head < length) return FrameState::kIncomplete;
  frame.opcode = static_cast<Opcode>(first & 0x0f);
  frame.payload = bytes.substr(head, length);
  frame.bytes = head + length;
  frame.isCompressed = (first & kCompressed) != 0;
  return FrameState::kWhole;
}

std::string upgradeRequest(std::string_view host, std::string_view pathAndQuery, bool deflate) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{}\r\n",
      pathAndQuery, host,
      deflate ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                "client_no_context_takeover\r\n"
              : "");
}

}  // namespace rookery::bench
