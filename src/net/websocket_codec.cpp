#include "rookery/net/websocket_codec.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "rookery/base/check.h"
#include "rookery/base/encoding.h"

namespace rookery::net {
namespace {

using Bytes = std::span<const std::uint8_t>;
using Key = std::array<std::uint8_t, 4>;

constexpr std::size_t kMaxMaskedHead = 14;
constexpr std::size_t kMaxControlPayload = 125;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;

/// What of a message came before the frame that is looked at.
struct MessageProgress {
  bool open = false;
  Opcode opcode = Opcode::kText;
  std::size_t bytes = 0;
  std::size_t fragments = 0;
};

struct FrameHead {
  bool final = true;
  Opcode opcode = Opcode::kText;
  std::uint64_t length = 0;
  Key key{};
  std::size_t size = 0;  ///< of the head itself
};

/// `code` is kNone unless the head is broken.
struct HeadVerdict {
  bool complete = false;
  CloseCode code = CloseCode::kNone;
  std::string_view what;
};

constexpr bool isControl(Opcode opcode) { return (static_cast<unsigned>(opcode) & 0x8U) != 0; }

HeadVerdict broken(std::string_view what, CloseCode code = CloseCode::kProtocolError) {
  return {false, code, what};
}

std::uint64_t readBigEndian(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

HeadVerdict checkFirstByte(std::uint8_t byte, const MessageProgress& message, FrameHead& head) {
  if ((byte & 0x70) != 0) return broken("a reserved bit is set");
  const unsigned opcode = byte & 0x0FU;
  if ((opcode > 0x2 && opcode < 0x8) || opcode > 0xA) return broken("unknown opcode");
  head.final = (byte & 0x80) != 0;
  head.opcode = static_cast<Opcode>(opcode);
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
  if (message.bytes > limits.messageBytes || head.length > limits.messageBytes - message.bytes) {
    return broken("the message is too big", CloseCode::kTooBig);
  }
  if (message.fragments >= limits.fragments) {
    return broken("the message has too many fragments", CloseCode::kPolicy);
  }
  return {};
}

/// Judges each byte as soon as it is there and in the order of sending, so that the verdict does
/// not depend on how the stream was cut.
HeadVerdict parseHead(Bytes in, const MessageProgress& message,
                      const WebSocketDecoder::Limits& limits, FrameHead& head) {
  if (in.empty()) return {};
  if (const auto verdict = checkFirstByte(in[0], message, head); verdict.code != CloseCode::kNone) {
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

/// `phase`: how many bytes of the frame came before `bytes`.
void unmask(std::span<std::uint8_t> bytes, const Key& key, std::uint64_t phase) {
  std::array<std::uint8_t, 8> pattern;
  for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = key[(phase + i) & 3];
  std::uint64_t mask = 0;
  std::memcpy(&mask, pattern.data(), sizeof mask);

  std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= sizeof mask; at += sizeof mask, left -= sizeof mask) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    word ^= mask;
    std::memcpy(at, &word, sizeof word);
  }
  for (std::size_t i = 0; i < left; ++i) at[i] ^= pattern[i];
}

std::size_t sequenceLength(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

/// RFC 3629 §4: what may follow the lead byte, which excludes overlong forms and surrogates.
bool mayFollow(std::uint8_t lead, std::uint8_t second) {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0 && second <= 0xBF;
    case 0xED:
      return second >= 0x80 && second <= 0x9F;
    case 0xF0:
      return second >= 0x90 && second <= 0xBF;
    case 0xF4:
      return second >= 0x80 && second <= 0x8F;
    default:
      return second >= 0x80 && second <= 0xBF;
  }
}

/// The length of a sequence at the end that only lacks bytes: 0 to 3.
std::size_t openTail(Bytes text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(3, text.size()); ++length) {
    const std::uint8_t lead = text[text.size() - length];
    if ((lead & 0xC0) == 0x80) continue;
    if (sequenceLength(lead) <= length) return 0;
    return length == 1 || mayFollow(lead, text[text.size() - length + 1]) ? length : 0;
  }
  return 0;
}

bool isUtf8(Bytes text) { return base::isUtf8(base::asText(text)); }

/// RFC 6455 §7.4 with the codes that were registered since.
bool mayBeSent(unsigned code) {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

WebSocketDecoder::Event errorEvent(CloseCode code, std::string_view what) {
  return {WebSocketDecoder::EventKind::kError, {}, code, what};
}

WebSocketDecoder::Event closeEvent(Bytes payload) {
  if (payload.empty()) return {WebSocketDecoder::EventKind::kClose, {}, CloseCode::kNone, {}};
  if (payload.size() == 1) return errorEvent(CloseCode::kProtocolError, "half a close code");
  const auto code = static_cast<unsigned>(readBigEndian(payload.first(2)));
  if (!mayBeSent(code)) {
    return errorEvent(CloseCode::kProtocolError, "a close code that may not be sent");
  }
  if (!isUtf8(payload.subspan(2))) {
    return errorEvent(CloseCode::kInvalidData, "a close reason that is not UTF-8");
  }
  return {
      WebSocketDecoder::EventKind::kClose, payload.subspan(2), static_cast<CloseCode>(code), {}};
}

WebSocketDecoder::Event controlEvent(Opcode opcode, Bytes payload) {
  if (opcode == Opcode::kClose) return closeEvent(payload);
  const auto kind = opcode == Opcode::kPing ? WebSocketDecoder::EventKind::kPing
                                            : WebSocketDecoder::EventKind::kPong;
  return {kind, payload, CloseCode::kNone, {}};
}

constexpr std::string_view kNotUtf8 = "text that is not UTF-8";

WebSocketDecoder::Event messageEvent(Opcode opcode, Bytes payload) {
  const auto kind = opcode == Opcode::kText ? WebSocketDecoder::EventKind::kText
                                            : WebSocketDecoder::EventKind::kBinary;
  return {kind, payload, CloseCode::kNone, {}};
}

bool standsAlone(const FrameHead& head) {
  return isControl(head.opcode) || (head.final && head.opcode != Opcode::kContinuation);
}

/// A frame that stands alone and whose payload is all in `input`: nothing is copied.
WebSocketDecoder::Event wholeFrame(const FrameHead& head, std::span<std::uint8_t>& input) {
  const auto payload = input.first(static_cast<std::size_t>(head.length));
  input = input.subspan(payload.size());
  unmask(payload, head.key, 0);
  if (isControl(head.opcode)) return controlEvent(head.opcode, payload);
  if (head.opcode == Opcode::kText && !isUtf8(payload)) {
    return errorEvent(CloseCode::kInvalidData, kNotUtf8);
  }
  return messageEvent(head.opcode, payload);
}

}  // namespace

struct WebSocketDecoder::Unfinished {
  MessageProgress message;  // `bytes` counts the finished frames only
  std::vector<std::uint8_t> content;
  std::size_t checked = 0;  // of `content`: known to be UTF-8, ends between two characters

  bool inFrame = false;
  FrameHead frame;
  std::uint64_t taken = 0;  // of the frame's payload
  std::size_t headBytes = 0;
  std::array<std::uint8_t, kMaxMaskedHead> head;
  std::array<std::uint8_t, kMaxControlPayload> control;

  bool atRest() const { return !message.open && !inFrame && headBytes == 0; }

  /// Takes the next bytes of a head that arrives in pieces.
  HeadVerdict takeHead(std::span<std::uint8_t>& input, const Limits& limits, FrameHead& out) {
    HeadVerdict verdict;
    while (!input.empty() && !verdict.complete && verdict.code == CloseCode::kNone) {
      head[headBytes++] = input.front();
      input = input.subspan(1);
      verdict = parseHead(Bytes(head).first(headBytes), message, limits, out);
    }
    if (verdict.complete) headBytes = 0;
    return verdict;
  }

  void beginFrame(const FrameHead& begun) {
    frame = begun;
    inFrame = true;
    taken = 0;
    if (isControl(frame.opcode)) return;
    if (!message.open) {
      message = {.open = true, .opcode = frame.opcode};
      content.clear();
      checked = 0;
    }
    ++message.fragments;
  }

  /// Whether the frame's payload is complete.
  bool takePayload(std::span<std::uint8_t>& input) {
    const auto part = input.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(frame.length - taken, input.size())));
    input = input.subspan(part.size());
    unmask(part, frame.key, taken);
    if (isControl(frame.opcode)) {
      std::copy(part.begin(), part.end(), control.begin() + static_cast<std::ptrdiff_t>(taken));
    } else {
      content.insert(content.end(), part.begin(), part.end());
    }
    taken += part.size();
    return taken == frame.length;
  }

  /// kNeedMore after a fragment that is not the last one.
  Event endFrame() {
    inFrame = false;
    if (isControl(frame.opcode)) {
      return controlEvent(frame.opcode, Bytes(control).first(static_cast<std::size_t>(taken)));
    }
    message.bytes = content.size();
    if (message.opcode == Opcode::kText && !checkText()) {
      return errorEvent(CloseCode::kInvalidData, kNotUtf8);
    }
    if (!frame.final) return {};
    message.open = false;
    return messageEvent(message.opcode, content);
  }

  bool checkText() {
    Bytes fresh = Bytes(content).subspan(checked);
    if (!frame.final) fresh = fresh.first(fresh.size() - openTail(fresh));
    checked += fresh.size();
    return isUtf8(fresh);
  }
};

WebSocketDecoder::WebSocketDecoder() = default;
WebSocketDecoder::~WebSocketDecoder() = default;
WebSocketDecoder::WebSocketDecoder(WebSocketDecoder&&) noexcept = default;
WebSocketDecoder& WebSocketDecoder::operator=(WebSocketDecoder&&) noexcept = default;

WebSocketDecoder::Event WebSocketDecoder::next(std::span<std::uint8_t>& input,
                                               const Limits& limits) {
  if (unfinished_ && unfinished_->atRest()) unfinished_.reset();
  for (;;) {
    if (!unfinished_ || !unfinished_->inFrame) {
      if (input.empty()) return {};
      FrameHead head;
      HeadVerdict verdict;
      if (!unfinished_ || unfinished_->headBytes == 0) {
        const auto message = unfinished_ ? unfinished_->message : MessageProgress{};
        verdict = parseHead(input, message, limits, head);
        if (verdict.complete) input = input.subspan(head.size);
      }
      if (!verdict.complete && verdict.code == CloseCode::kNone) {
        if (!unfinished_) unfinished_ = std::make_unique<Unfinished>();
        verdict = unfinished_->takeHead(input, limits, head);
      }
      if (verdict.code != CloseCode::kNone) return errorEvent(verdict.code, verdict.what);
      if (!verdict.complete) return {};
      if (standsAlone(head) && head.length <= input.size()) return wholeFrame(head, input);
      if (!unfinished_) unfinished_ = std::make_unique<Unfinished>();
      unfinished_->beginFrame(head);
    }
    if (!unfinished_->takePayload(input)) return {};
    const Event event = unfinished_->endFrame();
    if (event.kind != EventKind::kNeedMore) return event;
  }
}

std::size_t writeFrameHeader(Opcode opcode, std::size_t payloadBytes, std::uint8_t* out) {
  out[0] = static_cast<std::uint8_t>(0x80U | static_cast<unsigned>(opcode));
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
