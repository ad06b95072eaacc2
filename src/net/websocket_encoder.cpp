#include <openssl/evp.h>

#include <array>

#include "rookery/base/check.h"
#include "rookery/base/encoding.h"
#include "rookery/net/websocket_codec.h"
#include "rookery/net/websocket_head.h"

namespace rookery::net {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kCompressed = 0x40;  // RSV1 (RFC 7692 §6)

}  // namespace

std::size_t writeFrameHeader(Opcode opcode, std::size_t payloadBytes, std::uint8_t* out,
                             bool compressed) {
  out[0] = static_cast<std::uint8_t>(kFinal | (compressed ? kCompressed : 0U) |
                                     static_cast<unsigned>(opcode));
  if (payloadBytes < kLength16) {
    out[1] = static_cast<std::uint8_t>(payloadBytes);
    return 2;
  }
  const bool wide = payloadBytes > 0xFFFF;
  const std::size_t width = wide ? 8 : 2;
  out[1] = wide ? kLength64 : kLength16;
  for (std::size_t i = 0; i < width; ++i) {
    out[2 + i] = static_cast<std::uint8_t>(payloadBytes >> 8 * (width - 1 - i));
  }
  return 2 + width;
}

std::string encodeFrame(Opcode opcode, std::string_view payload) {
  std::array<std::uint8_t, kMaxFrameHeader> head;
  const std::size_t headBytes = writeFrameHeader(opcode, payload.size(), head.data());
  std::string frame;
  frame.reserve(headBytes + payload.size());
  frame.append(base::asText(Bytes(head).first(headBytes))).append(payload);
  return frame;
}

std::string encodeClose(CloseCode code, std::string_view reason) {
  if (code == CloseCode::kNone) return encodeFrame(Opcode::kClose, {});
  constexpr std::size_t kMaxReason = kMaxControlPayload - 2;
  if (reason.size() > kMaxReason) {
    std::size_t length = kMaxReason;
    // A character that was cut in two would make the reason invalid.
    while (length > 0 && (static_cast<std::uint8_t>(reason[length]) & 0xC0) == 0x80) --length;
    reason = reason.substr(0, length);
  }
  const auto number = static_cast<unsigned>(code);
  std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
  payload += reason;
  return encodeFrame(Opcode::kClose, payload);
}

std::string webSocketAccept(std::string_view key) {
  // RFC 6455 §1.3
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  ROOKERY_CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) ==
                1);
  std::string accept;
  base::appendBase64(accept, Bytes(digest).first(length));
  return accept;
}

bool isWebSocketKey(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  const auto bytes = base::decodeBase64(key);
  return bytes && bytes->size() == 16;
}

}  // namespace rookery::net
