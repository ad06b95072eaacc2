#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rookery::net {

class MessageDeflate;

/// RFC 6455 §5.2 and §11.8.
enum class Opcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

/// RFC 6455 §7.4.1, those that this server sends or looks for.
enum class CloseCode : std::uint16_t {
  kNone = 0,  ///< a close frame without a code
  kNormal = 1000,
  kGoingAway = 1001,
  kProtocolError = 1002,
  kInvalidData = 1007,
  kPolicy = 1008,
  kTooBig = 1009,
};

/// Takes a client's bytes apart into messages and control frames. Knows no socket.
/// Checks: masking, reserved bits, opcodes, control frames (unfragmented, ≤ 125 bytes), minimal
/// lengths, fragment order, close payloads, UTF-8 of text and of close reasons (fail-fast: at the
/// byte with which it breaks; of compressed text at its end), the size limit before the content is
/// read, and again while it is unpacked.
/// Format: RFC 6455 §5, RFC 7692 §6. Thread: one at a time.
class WebSocketDecoder {
 public:
  struct Limits {
    std::size_t messageBytes = 1'000'000;  ///< of the reassembled message
    std::size_t fragments = 16'384;        ///< of one message; more are refused with kPolicy
  };
  enum class EventKind : std::uint8_t { kNeedMore, kText, kBinary, kPing, kPong, kClose, kError };
  struct Event {
    EventKind kind = EventKind::kNeedMore;
    /// Valid until the next call, or until the input changes. Of kClose: the reason.
    std::span<const std::uint8_t> payload;
    /// Of kClose what the peer sent; of kError what to close with.
    CloseCode code = CloseCode::kNone;
    std::string_view what;  ///< of kError: a fixed sentence for the log
  };

  WebSocketDecoder();
  ~WebSocketDecoder();
  WebSocketDecoder(WebSocketDecoder&&) noexcept;
  WebSocketDecoder& operator=(WebSocketDecoder&&) noexcept;

  /// The next event of `input`, which is unmasked in place and shortened by what was used.
  /// kNeedMore uses all of it: the unfinished part is copied, nothing is kept at rest. After
  /// kClose and kError nothing more may be fed. `deflate`: null unless permessage-deflate was
  /// agreed on.
  [[nodiscard]] Event next(std::span<std::uint8_t>& input, const Limits& limits,
                           MessageDeflate* deflate = nullptr);

 private:
  struct Unfinished;  // allocated only while a frame or a message is incomplete
  std::unique_ptr<Unfinished> unfinished_;
};

inline constexpr std::size_t kMaxFrameHeader = 10;  ///< of an unmasked frame

/// Writes the header of an unmasked, final frame; returns its length, at most kMaxFrameHeader.
std::size_t writeFrameHeader(Opcode opcode, std::size_t payloadBytes, std::uint8_t* out,
                             bool compressed = false);
/// A whole unmasked control or data frame.
[[nodiscard]] std::string encodeFrame(Opcode opcode, std::string_view payload);
/// A close frame; kNone makes one without a code. `reason` is cut to 123 bytes.
[[nodiscard]] std::string encodeClose(CloseCode code, std::string_view reason = {});

/// The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 §4.2.2).
[[nodiscard]] std::string webSocketAccept(std::string_view key);
/// Whether `key` is base64 of 16 bytes, as RFC 6455 §4.1 asks.
[[nodiscard]] bool isWebSocketKey(std::string_view key);

}  // namespace rookery::net
