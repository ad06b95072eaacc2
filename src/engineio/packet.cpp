#include "rookery/engineio/packet.h"

#include <algorithm>
#include <utility>

#include "rookery/base/encoding.h"

namespace rookery::engineio {
namespace {

/// Nothing when it is no text packet.
std::optional<Packet> decodeText(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '6') return std::nullopt;
  return Packet{static_cast<PacketType>(text.front() - '0'), false, text.substr(1)};
}

}  // namespace

std::optional<Packet> decodePacket(std::string_view text, std::string& decoded) {
  if (!text.starts_with(kBinaryMark)) return decodeText(text);
  auto bytes = base::decodeBase64(text.substr(1));
  if (!bytes) return std::nullopt;
  decoded = std::move(*bytes);
  return Packet{PacketType::kMessage, true, decoded};
}

std::optional<std::vector<Packet>> decodePayload(std::string_view body,
                                                 std::vector<std::string>& storage,
                                                 std::size_t maxPackets) {
  storage.clear();
  const auto separators = std::count(body.begin(), body.end(), kSeparator);
  if (static_cast<std::size_t>(separators) >= maxPackets) return std::nullopt;
  std::vector<Packet> packets;
  packets.reserve(static_cast<std::size_t>(separators) + 1);
  for (bool more = true; more;) {
    const auto end = body.find(kSeparator);
    const auto text = body.substr(0, end);
    more = end != std::string_view::npos;
    if (more) body.remove_prefix(end + 1);

    std::string decoded;
    const auto packet = decodePacket(text, decoded);
    if (!packet) return std::nullopt;
    packets.push_back(*packet);
    if (packet->binary) storage.push_back(std::move(decoded));
  }
  // Only now: short strings carry their bytes along when `storage` grows.
  auto bytes = storage.begin();
  for (Packet& packet : packets) {
    if (packet.binary) packet.data = *bytes++;
  }
  return packets;
}

}  // namespace rookery::engineio
