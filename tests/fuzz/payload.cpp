// Bodies of Engine.IO's polling in both revisions.

#include <simdjson.h>

#include "fuzz/target.h"
#include "rookery/engineio/packet.h"
#include "rookery/engineio/revision3.h"

namespace rookery::fuzz {
namespace {

constexpr std::size_t kMaxPackets = 16;

void read(const std::optional<std::vector<engineio::Packet>>& packets, std::size_t bodyBytes) {
  if (!packets) return;
  require(packets->size() <= kMaxPackets, "no more packets than are allowed");
  std::size_t bytes = 0;
  std::uint8_t all = 0;
  for (const engineio::Packet& one : *packets) {
    require(!one.binary || one.type == engineio::PacketType::kMessage, "only messages are binary");
    bytes += one.data.size();
    for (const char letter : one.data) all ^= static_cast<std::uint8_t>(letter);  // reads them all
  }
  volatile std::uint8_t kept = all;
  static_cast<void>(kept);
  require(bytes <= bodyBytes, "packets are no longer than what they came in");
}

}  // namespace

void runOnce(std::span<const std::uint8_t> bytes) {
  const std::string_view body = asText(bytes);
  std::vector<std::string> storage;
  read(engineio::decodePayload(body, storage, kMaxPackets), body.size());
  std::vector<std::string> storage3;
  read(engineio::decodePayload3(body, true, storage3, kMaxPackets), body.size());
  if (simdjson::validate_utf8(body.data(), body.size())) {
    std::vector<std::string> storageOfText;
    read(engineio::decodePayload3(body, false, storageOfText, kMaxPackets), body.size());
  }
  static_cast<void>(engineio::decodeBinary3(body));
}

}  // namespace rookery::fuzz
