#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// WebSocket as a client needs it here: text, ping and close.
/// Format: RFC 6455 §5.2. Thread: any.
namespace rookery::bench {

enum class Opcode : std::uint8_t { kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

/// Appends a masked frame to `out`.
void appendFrame(std::string& out, Opcode opcode, std::string_view payload);

struct ServerFrame {
  Opcode opcode = Opcode::kText;
  std::string_view payload;
  std::size_t bytes = 0;  ///< of the whole frame
  bool isCompressed = false;
};

enum class FrameState : std::uint8_t { kWhole, kIncomplete, kBad };

/// Reads the frame at the beginning of `bytes`. A masked or fragmented one is bad.
[[nodiscard]] FrameState readFrame(std::string_view bytes, ServerFrame& frame);

/// The request that opens a WebSocket at `pathAndQuery`, with an offer to compress when `deflate`.
[[nodiscard]] std::string upgradeRequest(std::string_view host, std::string_view pathAndQuery,
                                         bool deflate = false);

}  // namespace rookery::bench
