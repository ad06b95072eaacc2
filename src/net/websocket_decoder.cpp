#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "rookery/base/encoding.h"
#include "rookery/net/message_deflate.h"
#include "rookery/net/websocket_codec.h"
#include "rookery/net/websocket_head.h"

namespace rookery::net {
namespace {

using Bytes = std::span<const std::uint8_t>;
using Key = std::array<std::uint8_t, 4>;

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
  if (isControl(head.opcode)) return true;
  return head.final && head.opcode != Opcode::kContinuation && !head.compressed;
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
  HeadVerdict takeHead(std::span<std::uint8_t>& input, const Limits& limits, bool mayCompress,
                       FrameHead& out) {
    HeadVerdict verdict;
    while (!input.empty() && !verdict.complete && verdict.code == CloseCode::kNone) {
      head[headBytes++] = input.front();
      input = input.subspan(1);
      verdict = parseHead(Bytes(head).first(headBytes), message, limits, mayCompress, out);
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
      message = {.open = true, .compressed = frame.compressed, .opcode = frame.opcode};
      content.clear();
      checked = 0;
    }
    ++message.fragments;
  }

  [[nodiscard]] bool isFrameComplete() const { return taken == frame.length; }

  /// kNeedMore unless text breaks, which is told as soon as it does.
  Event takePayload(std::span<std::uint8_t>& input) {
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
    const bool isText = !isControl(frame.opcode) && message.opcode == Opcode::kText;
    if (isText && !message.compressed && !checkText(frame.final && isFrameComplete())) {
      return errorEvent(CloseCode::kInvalidData, kNotUtf8);
    }
    return {};
  }

  /// kNeedMore after a fragment that is not the last one.
  Event endFrame(const Limits& limits, MessageDeflate* deflate) {
    inFrame = false;
    if (isControl(frame.opcode)) {
      return controlEvent(frame.opcode, Bytes(control).first(static_cast<std::size_t>(taken)));
    }
    message.bytes = content.size();
    if (!frame.final) return {};
    message.open = false;
    if (message.compressed) {
      if (const Event broken = unpack(limits, *deflate); broken.kind == EventKind::kError) {
        return broken;
      }
    }
    return messageEvent(message.opcode, content);
  }

  Event unpack(const Limits& limits, MessageDeflate& deflate) {
    switch (deflate.unpack(content, limits.messageBytes)) {
      case Inflater::Outcome::kTooBig:
        return errorEvent(CloseCode::kTooBig, "the message is too big when unpacked");
      case Inflater::Outcome::kBroken:
        return errorEvent(CloseCode::kInvalidData, "a compressed message that cannot be unpacked");
      case Inflater::Outcome::kDone:
        break;
    }
    const bool readable = message.opcode != Opcode::kText || isUtf8(content);
    return readable ? Event{} : errorEvent(CloseCode::kInvalidData, kNotUtf8);
  }

  bool checkText(bool whole) {
    Bytes fresh = Bytes(content).subspan(checked);
    if (!whole) fresh = fresh.first(fresh.size() - openTail(fresh));
    checked += fresh.size();
    return isUtf8(fresh);
  }
};

WebSocketDecoder::WebSocketDecoder() = default;
WebSocketDecoder::~WebSocketDecoder() = default;
WebSocketDecoder::WebSocketDecoder(WebSocketDecoder&&) noexcept = default;
WebSocketDecoder& WebSocketDecoder::operator=(WebSocketDecoder&&) noexcept = default;

WebSocketDecoder::Event WebSocketDecoder::next(std::span<std::uint8_t>& input,
                                               const Limits& limits,
                                               MessageDeflate* deflate) {
  const bool mayCompress = deflate != nullptr;
  if (unfinished_ && unfinished_->atRest()) unfinished_.reset();
  for (;;) {
    if (!unfinished_ || !unfinished_->inFrame) {
      if (input.empty()) return {};
      FrameHead head;
      HeadVerdict verdict;
      if (!unfinished_ || unfinished_->headBytes == 0) {
        const auto message = unfinished_ ? unfinished_->message : MessageProgress{};
        verdict = parseHead(input, message, limits, mayCompress, head);
        if (verdict.complete) input = input.subspan(head.size);
      }
      if (!verdict.complete && verdict.code == CloseCode::kNone) {
        if (!unfinished_) unfinished_ = std::make_unique<Unfinished>();
        verdict = unfinished_->takeHead(input, limits, mayCompress, head);
      }
      if (verdict.code != CloseCode::kNone) return errorEvent(verdict.code, verdict.what);
      if (!verdict.complete) return {};
      if (standsAlone(head) && head.length <= input.size()) return wholeFrame(head, input);
      if (!unfinished_) unfinished_ = std::make_unique<Unfinished>();
      unfinished_->beginFrame(head);
    }
    if (const Event broken = unfinished_->takePayload(input); broken.kind == EventKind::kError) {
      return broken;
    }
    if (!unfinished_->isFrameComplete()) return {};
    const Event event = unfinished_->endFrame(limits, deflate);
    if (event.kind != EventKind::kNeedMore) return event;
  }
}

}  // namespace rookery::net
