// WebSocket frames, with and without permessage-deflate: what is read does not depend on where the
// bytes are cut, and no message is above its limit.

#include <memory>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "rookery/net/message_deflate.h"
#include "rookery/net/websocket_codec.h"

namespace rookery::fuzz {
namespace {

using net::WebSocketDecoder;
using Kind = WebSocketDecoder::EventKind;

constexpr WebSocketDecoder::Limits kLimits{.messageBytes = 20'000, .fragments = 32};

std::vector<std::string> decode(std::span<const std::uint8_t> bytes, std::size_t cut,
                                bool compressed) {
  WebSocketDecoder decoder;
  std::unique_ptr<net::MessageDeflate> deflate;
  if (compressed) {
    deflate = std::make_unique<net::MessageDeflate>(net::DeflateTerms{.clientTakeover = true});
  }
  std::vector<std::string> events;
  for (std::size_t at = 0; at < bytes.size(); at += cut) {
    const auto piece = bytes.subspan(at, std::min(cut, bytes.size() - at));
    std::vector<std::uint8_t> memory(piece.begin(), piece.end());
    std::span<std::uint8_t> input(memory);
    for (;;) {
      const auto event = decoder.next(input, kLimits, deflate.get());
      if (event.kind == Kind::kNeedMore) break;
      require(event.payload.size() <= kLimits.messageBytes, "a message keeps to its limit");
      events.push_back(std::to_string(static_cast<int>(event.kind)) + ' ' +
                       std::to_string(static_cast<int>(event.code)) + ' ' +
                       (event.kind == Kind::kError ? "" : std::string(asText(event.payload))));
      if (event.kind == Kind::kClose || event.kind == Kind::kError) return events;
    }
    require(input.empty(), "all input is used");
  }
  return events;
}

}  // namespace

void runOnce(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return;
  const bool compressed = bytes[0] % 2 == 1;
  const std::size_t cut = 1 + bytes[0] / 2;
  const auto frames = bytes.subspan(1);
  const auto whole = decode(frames, std::max<std::size_t>(frames.size(), 1), compressed);
  require(whole == decode(frames, cut, compressed), "pieces are read as the whole");
}

}  // namespace rookery::fuzz
