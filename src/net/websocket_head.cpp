#include "rookery/net/websocket_head.h"

#include <algorithm>

namespace rookery::net {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// What compression may add to a message that it cannot shorten: less than one part in so many,
/// and so many bytes.
constexpr std::size_t kDeflateOverhead = 512;

HeadVerdict broken(std::string_view what, CloseCode code = CloseCode::kProtocolError) {
  return {false, code, what};
}

HeadVerdict checkFirstByte(std::uint8_t byte, const MessageProgress& message, bool mayCompress,
                           FrameHead& head) {
  if ((byte & (mayCompress ? 0x30U : 0x70U)) != 0) return broken("a reserved bit is set");
  const unsigned opcode = byte & 0x0FU;
  if ((opcode > 0x2 && opcode < 0x8) || opcode > 0xA) return broken("unknown opcode");
  head.final = (byte & 0x80) != 0;
  head.opcode = static_cast<Opcode>(opcode);
  head.compressed = (byte & 0x40) != 0;
  if (head.compressed && head.opcode != Opcode::kText && head.opcode != Opcode::kBinary) {
    return broken("a frame is marked as compressed that begins no message");
  }
  if (isControl(head.opcode)) {
    if (!head.final) return broken("a control frame is fragmented");
  } else if ((head.opcode == Opcode::kContinuation) != message.open) {
    return broken(message.open ? "a new message begins inside another"
                               : "a continuation without a message");
  }
  return {};
}

HeadVerdict checkSize(const FrameHead& head, const MessageProgress& message,
                      const WebSocketDecoder::Limits& limits) {
  if (isControl(head.opcode)) return {};
  const bool compressed = head.compressed || message.compressed;
  const std::size_t most =
      limits.messageBytes +
      (compressed ? limits.messageBytes / kDeflateOverhead + kDeflateOverhead : 0);
  if (message.bytes > most || head.length > most - message.bytes) {
    return broken("the message is too big", CloseCode::kTooBig);
  }
  if (message.fragments >= limits.fragments) {
    return broken("the message has too many fragments", CloseCode::kPolicy);
  }
  return {};
}

}  // namespace

HeadVerdict parseHead(Bytes in, const MessageProgress& message,
                      const WebSocketDecoder::Limits& limits, bool mayCompress, FrameHead& head) {
  if (in.empty()) return {};
  if (const auto verdict = checkFirstByte(in[0], message, mayCompress, head);
      verdict.code != CloseCode::kNone) {
    return verdict;
  }
  if (in.size() < 2) return {};
  if ((in[1] & 0x80) == 0) return broken("a frame is not masked");
  head.length = in[1] & 0x7F;
  if (isControl(head.opcode) && head.length > kMaxControlPayload) {
    return broken("a control frame is too long");
  }

  std::size_t at = 2;
  if (head.length >= kLength16) {
    const bool wide = head.length == kLength64;
    const std::size_t width = wide ? 8 : 2;
    if (in.size() < at + width) return {};
    head.length = readBigEndian(in.subspan(at, width));
    at += width;
    if (head.length >> 63 != 0) return broken("the length has its highest bit set");
    if (head.length <= (wide ? 0xFFFFU : kMaxControlPayload)) {
      return broken("the length is not written in its shortest form");
    }
  }
  if (const auto verdict = checkSize(head, message, limits); verdict.code != CloseCode::kNone) {
    return verdict;
  }
  if (in.size() < at + head.key.size()) return {};
  std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(at), head.key.size(), head.key.begin());
  head.size = at + head.key.size();
  return {true, CloseCode::kNone, {}};
}

}  // namespace rookery::net
