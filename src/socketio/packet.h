#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rookery::socketio {

/// Socket.IO v5 packet types (protocol.md 3.1).
enum class PacketType : std::uint8_t {
  kConnect = 0,
  kDisconnect = 1,
  kEvent = 2,
  kAck = 3,
  kConnectError = 4,
  kBinaryEvent = 5,
  kBinaryAck = 6,
};

/// What stands before the JSON of a packet.
struct PacketHead {
  PacketType type = PacketType::kEvent;
  std::uint32_t attachments = 0;
  std::string_view nsp = "/";  ///< of CONNECT without its `?query`
  std::optional<std::uint64_t> ackId;
  std::string_view json;     ///< may be empty; only its first character was looked at
  std::string_view query{};  ///< of CONNECT, behind the '?', which older clients send

  bool operator==(const PacketHead&) const = default;
};

/// Takes apart `<type>[<attachments>-][<namespace>,][<ack id>][JSON]`, the text of an Engine.IO
/// message. Nothing when it breaks a rule of protocol.md 3.2 that can be seen without the JSON:
/// unknown type, attachments missing, zero, not digits or more than `maxAttachments` in types 5
/// and 6, an ack id that is no number below 2^53, an ack without an id, CONNECT_ERROR, JSON that
/// does not begin as that type's must (CONNECT an object, events and acks an array, DISCONNECT
/// nothing).
[[nodiscard]] std::optional<PacketHead> decodeHead(std::string_view text,
                                                   std::uint32_t maxAttachments = 10);

/// The same of a packet that this layer has written itself.
[[nodiscard]] PacketHead headOf(std::string_view text);
/// The rules among those of decodeHead() that any way of writing packets is held to.
[[nodiscard]] bool isWellFormed(const PacketHead& head);
/// Takes the query off the namespace of a CONNECT.
void splitQuery(PacketHead& head);
/// A number below 2^53 in digits.
[[nodiscard]] std::optional<std::uint64_t> parseAckId(std::string_view text);

/// Appends the head of a packet, up to where the JSON begins.
void appendHead(std::string& out, const PacketHead& head);

/// Names that neither a client nor the application may use for an event (protocol.md 3.2).
[[nodiscard]] bool isReservedEvent(std::string_view name);

}  // namespace rookery::socketio
