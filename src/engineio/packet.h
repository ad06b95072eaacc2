#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rookery::engineio {

/// Engine.IO v4 packet types (protocol.md 2.3); the digit is '0' + value.
enum class PacketType : std::uint8_t {
  kOpen = 0,
  kClose = 1,
  kPing = 2,
  kPong = 3,
  kMessage = 4,
  kUpgrade = 5,
  kNoop = 6,
};

struct Packet {
  PacketType type = PacketType::kMessage;
  bool binary = false;    ///< only of kMessage
  std::string_view data;  ///< without the type digit

  bool operator==(const Packet&) const = default;
};

/// Which form of the protocol a session speaks: the query parameter EIO of its handshake.
enum class Revision : std::uint8_t { k3 = 3, k4 = 4 };

inline constexpr char kBinaryMark = 'b';  ///< base64 follows
inline constexpr char kSeparator = '\x1e';

/// One packet in text form. `b` + base64 is a binary message, whose bytes are put into `decoded`,
/// which `data` then points to. Nothing for an empty packet, an unknown type or bad base64.
[[nodiscard]] std::optional<Packet> decodePacket(std::string_view text, std::string& decoded);

/// The packets of a polling body in their order. Nothing if any of them is malformed, or if there
/// are more than `maxPackets`. `storage` keeps the bytes of binary ones; the others point into
/// `body`.
[[nodiscard]] std::optional<std::vector<Packet>> decodePayload(std::string_view body,
                                                               std::vector<std::string>& storage,
                                                               std::size_t maxPackets = 100'000);

}  // namespace rookery::engineio
