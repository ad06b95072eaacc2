#include "rookery/socketio/packet.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "rookery/base/check.h"

namespace rookery::socketio {
namespace {

constexpr std::uint64_t kMaxAckId = (std::uint64_t{1} << 53) - 1;  // a JavaScript safe integer

constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }

constexpr bool isBinary(PacketType type) {
  return type == PacketType::kBinaryEvent || type == PacketType::kBinaryAck;
}

/// Takes the digits off the front; nothing when their value is above `max`. Leading zeros do not
/// count.
std::optional<std::uint64_t> takeNumber(std::string_view& rest, std::uint64_t max) {
  std::uint64_t value = 0;
  while (!rest.empty() && isDigit(rest.front())) {
    value = value * 10 + static_cast<std::uint64_t>(rest.front() - '0');
    if (value > max) return std::nullopt;
    rest.remove_prefix(1);
  }
  return value;
}

bool takeAttachments(std::string_view& rest, std::uint32_t max, PacketHead& head) {
  const auto count = takeNumber(rest, max);
  if (!count || *count == 0 || !rest.starts_with('-')) return false;
  rest.remove_prefix(1);
  head.attachments = static_cast<std::uint32_t>(*count);
  return true;
}

void takeNamespace(std::string_view& rest, PacketHead& head) {
  if (!rest.starts_with('/')) return;
  const auto comma = rest.find(',');
  head.nsp = rest.substr(0, comma);
  rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  splitQuery(head);
}

bool isAck(PacketType type) { return type == PacketType::kAck || type == PacketType::kBinaryAck; }

/// Whether JSON that begins like this may stand in such a packet.
bool mayBegin(PacketType type, std::string_view json) {
  if (json.empty()) return true;
  switch (type) {
    case PacketType::kConnect:
      return json.front() == '{';
    case PacketType::kEvent:
    case PacketType::kAck:
    case PacketType::kBinaryEvent:
    case PacketType::kBinaryAck:
      return json.front() == '[';
    case PacketType::kDisconnect:
    case PacketType::kConnectError:
      return false;
  }
  return false;
}

bool takeHead(std::string_view text, std::uint32_t maxAttachments, PacketHead& head) {
  if (text.empty() || text.front() < '0' || text.front() > '6') return false;
  head.type = static_cast<PacketType>(text.front() - '0');
  text.remove_prefix(1);

  if (isBinary(head.type) && !takeAttachments(text, maxAttachments, head)) return false;
  takeNamespace(text, head);
  if (!text.empty() && isDigit(text.front())) {
    head.ackId = takeNumber(text, kMaxAckId);
    if (!head.ackId && !isAck(head.type)) return false;
    if (!head.ackId) {  // no ack of ours has such an id: it is unknown, which is no error
      head.ackId = kMaxAckId;
      text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
    }
  }
  head.json = text;
  return true;
}

void appendNumber(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

}  // namespace

std::optional<PacketHead> decodeHead(std::string_view text, std::uint32_t maxAttachments) {
  PacketHead head;
  if (!takeHead(text, maxAttachments, head) || !isWellFormed(head)) return std::nullopt;
  return head;
}

PacketHead headOf(std::string_view text) {
  PacketHead head;
  const bool isOurs = takeHead(text, std::numeric_limits<std::uint32_t>::max(), head);
  ROOKERY_DCHECK(isOurs);
  return head;
}

bool isWellFormed(const PacketHead& head) {
  if (head.type == PacketType::kConnectError) return false;
  if (isAck(head.type) && !head.ackId) return false;
  return mayBegin(head.type, head.json);
}

void splitQuery(PacketHead& head) {
  // Only CONNECT carries a query; the packets behind it name the namespace alone.
  const auto query = head.nsp.find('?');
  if (head.type != PacketType::kConnect || query == std::string_view::npos) return;
  head.query = head.nsp.substr(query + 1);
  head.nsp = head.nsp.substr(0, query);
}

std::optional<std::uint64_t> parseAckId(std::string_view text) {
  if (text.empty() || !isDigit(text.front())) return std::nullopt;
  const auto id = takeNumber(text, kMaxAckId);
  return text.empty() ? id : std::nullopt;
}

void appendHead(std::string& out, const PacketHead& head) {
  out += static_cast<char>('0' + static_cast<int>(head.type));
  if (isBinary(head.type)) {
    appendNumber(out, head.attachments);
    out += '-';
  }
  if (head.nsp != "/") out.append(head.nsp).append(1, ',');
  if (head.ackId) appendNumber(out, *head.ackId);
}

bool isReservedEvent(std::string_view name) {
  // The names that Socket.IO itself emits on a socket.
  constexpr std::array<std::string_view, 6> kReserved = {
      "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"};
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

}  // namespace rookery::socketio
