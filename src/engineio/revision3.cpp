#include "rookery/engineio/revision3.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "rookery/base/encoding.h"

namespace rookery::engineio {
namespace {

constexpr std::size_t kMaxDigits = 10;  // of a length
constexpr char kEndOfLength = '\xff';   // in binary form
constexpr char kMessageByte = '\x04';

/// How many of `text`'s bytes make so many UTF-16 code units; nothing when it is too short, or when
/// they end inside a character. `text` is UTF-8.
std::optional<std::size_t> bytesOf(std::string_view text, std::size_t units) {
  std::size_t at = 0;
  while (units > 0) {
    if (at == text.size()) return std::nullopt;
    const auto lead = static_cast<std::uint8_t>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::size_t width = length == 4 ? 2 : 1;
    if (width > units || length > text.size() - at) return std::nullopt;
    units -= width;
    at += length;
  }
  return at;
}

std::size_t unitsOf(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
  }
  return units;
}

/// `digit + data`, or `b` + digit + base64.
std::optional<Packet> decodeText3(std::string_view text, std::string& decoded) {
  if (!text.starts_with(kBinaryMark)) return decodePacket(text, decoded);
  text.remove_prefix(1);
  auto bytes = text.starts_with('4') ? base::decodeBase64(text.substr(1)) : std::nullopt;
  if (!bytes) return std::nullopt;
  decoded = std::move(*bytes);
  return Packet{PacketType::kMessage, true, decoded};
}

/// Takes `<length>:<packet>` off the front.
std::optional<std::string_view> takeText(std::string_view& body) {
  std::size_t units = 0;
  const char* const end = body.data() + std::min(body.size(), kMaxDigits);
  const auto [stop, error] = std::from_chars(body.data(), end, units);
  if (error != std::errc() || stop == body.data() + body.size() || *stop != ':') {
    return std::nullopt;
  }
  body.remove_prefix(static_cast<std::size_t>(stop - body.data()) + 1);
  const auto bytes = bytesOf(body, units);
  if (!bytes) return std::nullopt;
  const auto packet = body.substr(0, *bytes);
  body.remove_prefix(*bytes);
  return packet;
}

struct Item {
  bool binary;
  std::string_view content;
};

/// Takes one packet in binary form off the front.
std::optional<Item> takeBinary(std::string_view& body) {
  if (body.front() != '\0' && body.front() != '\1') return std::nullopt;
  Item item{.binary = body.front() == '\1', .content = {}};
  body.remove_prefix(1);
  std::size_t length = 0;
  std::size_t digits = 0;
  while (digits < body.size() && body[digits] >= 0 && body[digits] <= 9) {
    if (digits == kMaxDigits) return std::nullopt;
    length = length * 10 + static_cast<std::size_t>(body[digits++]);
  }
  if (digits == 0 || digits == body.size() || body[digits] != kEndOfLength) return std::nullopt;
  body.remove_prefix(digits + 1);
  if (length > body.size()) return std::nullopt;
  item.content = body.substr(0, length);
  body.remove_prefix(length);
  return item;
}

std::optional<Packet> takePacket(std::string_view& body, bool binaryForm, std::string& decoded) {
  if (!binaryForm) {
    const auto text = takeText(body);
    return text ? decodeText3(*text, decoded) : std::nullopt;
  }
  const auto item = takeBinary(body);
  if (!item) return std::nullopt;
  if (item->binary) return decodeBinary3(item->content);
  return base::isUtf8(item->content) ? decodeText3(item->content, decoded) : std::nullopt;
}

void appendBinaryForm(std::string& body, bool binary, std::string_view content) {
  body += binary ? '\1' : '\0';
  for (const char digit : std::to_string(content.size() + (binary ? 1 : 0))) {
    body += static_cast<char>(digit - '0');
  }
  body += kEndOfLength;
  if (binary) body += kMessageByte;
  body += content;
}

void appendTextForm(std::string& body, bool binary, std::string_view content) {
  if (!binary) {
    body.append(std::to_string(unitsOf(content))).append(1, ':').append(content);
    return;
  }
  std::string text = "b4";
  base::appendBase64(text, base::asBytes(content));
  body.append(std::to_string(text.size())).append(1, ':').append(text);
}

}  // namespace

std::optional<Packet> decodeBinary3(std::string_view message) {
  if (message.empty() || message.front() < 0 || message.front() > 6) return std::nullopt;
  const auto type = static_cast<PacketType>(message.front());
  return Packet{type, type == PacketType::kMessage, message.substr(1)};
}

std::optional<std::vector<Packet>> decodePayload3(std::string_view body, bool binaryForm,
                                                  std::vector<std::string>& storage,
                                                  std::size_t maxPackets) {
  storage.clear();
  std::vector<Packet> packets;
  std::vector<std::size_t> stored;
  do {
    std::string decoded;
    if (body.empty() || packets.size() == maxPackets) return std::nullopt;
    const auto packet = takePacket(body, binaryForm, decoded);
    if (!packet) return std::nullopt;
    if (packet->binary && packet->data.data() == decoded.data()) {
      stored.push_back(packets.size());
      storage.push_back(std::move(decoded));
    }
    packets.push_back(*packet);
  } while (!body.empty());
  // Only now: short strings carry their bytes along when `storage` grows.
  for (std::size_t i = 0; i < stored.size(); ++i) packets[stored[i]].data = storage[i];
  return packets;
}

Payload3 encodePayload3(std::span<const net::SharedFrame> frames, bool readsBinaryForm) {
  Payload3 payload;
  payload.binaryForm = readsBinaryForm &&
                       std::any_of(frames.begin(), frames.end(),
                                   [](const net::SharedFrame& frame) { return frame.hasBinary(); });
  const auto append = payload.binaryForm ? appendBinaryForm : appendTextForm;
  for (const net::SharedFrame& frame : frames) {
    frame.forEachPacket(
        [&](bool binary, std::string_view content) { append(payload.body, binary, content); });
  }
  return payload;
}

}  // namespace rookery::engineio
