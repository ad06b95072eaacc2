#include "rookery/net/proxy_header.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "rookery/net/ascii.h"
#include "rookery/net/trusted_proxies.h"

namespace rookery::net {
namespace {

constexpr std::string_view kBinaryStart{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t kBinaryFixed = 16;
constexpr std::string_view kTextStart = "PROXY ";
constexpr std::size_t kMaxLine = 107;  // of version 1, CR LF included

/// How much of two texts is the same from the front.
bool beginsAlike(std::string_view a, std::string_view b) {
  const std::size_t n = std::min(a.size(), b.size());
  return a.substr(0, n) == b.substr(0, n);
}

bool readPort(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool isV4(const PeerAddress& address) {
  constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::memcmp(address.bytes, kMapped, sizeof kMapped) == 0;
}

std::uint16_t bigEndian(std::string_view two) {
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(two[0]) << 8 |
                                    static_cast<std::uint8_t>(two[1]));
}

}  // namespace

ProxyHeader::Status ProxyHeader::take(std::string_view seen, std::size_t& used) {
  used = 0;
  std::string start = header_.substr(0, kBinaryStart.size());
  start += seen.substr(0, kBinaryStart.size() - start.size());
  if (beginsAlike(start, kTextStart)) return takeText(seen, used);
  if (beginsAlike(start, kBinaryStart)) return takeBinary(seen, used);
  return Status::kBroken;
}

ProxyHeader::Status ProxyHeader::takeText(std::string_view seen, std::size_t& used) {
  const std::size_t end = seen.find('\n');
  used = end == std::string_view::npos ? seen.size() : end + 1;
  header_ += seen.substr(0, used);
  if (header_.size() > kMaxLine) return Status::kBroken;
  if (end == std::string_view::npos) return Status::kNeedMore;
  if (!header_.ends_with("\r\n")) return Status::kBroken;
  const std::string_view line = header_;
  return readText(line.substr(0, line.size() - 2)) ? Status::kComplete : Status::kBroken;
}

bool ProxyHeader::readText(std::string_view line) {
  line.remove_prefix(kTextStart.size());
  const std::string_view family = takeUntil(line, ' ');
  if (family == "UNKNOWN") return true;
  const std::string_view from = takeUntil(line, ' ');
  const std::string_view to = takeUntil(line, ' ');
  const std::string_view fromPort = takeUntil(line, ' ');
  std::optional<PeerAddress> client = parseAddress(from);
  const std::optional<PeerAddress> server = parseAddress(to);
  std::uint16_t serverPort = 0;
  const bool isWhole = client && server && readPort(fromPort, client->port) &&
                       readPort(line, serverPort) && (family == "TCP4" || family == "TCP6");
  if (!isWhole || isV4(*client) != (family == "TCP4")) return false;
  source_ = client;
  return true;
}

ProxyHeader::Status ProxyHeader::takeBinary(std::string_view seen, std::size_t& used) {
  while (true) {
    const std::size_t wanted = header_.size() < kBinaryFixed
                                   ? kBinaryFixed
                                   : kBinaryFixed + bigEndian(std::string_view(header_).substr(14));
    if (wanted > kMaxBytes) return Status::kBroken;
    if (header_.size() == wanted) break;
    const std::string_view more = seen.substr(used, wanted - header_.size());
    if (more.empty()) return Status::kNeedMore;
    header_ += more;
    used += more.size();
  }
  return readBinary() ? Status::kComplete : Status::kBroken;
}

bool ProxyHeader::readBinary() {
  const std::string_view bytes = header_;
  const auto versionAndCommand = static_cast<std::uint8_t>(bytes[12]);
  if (versionAndCommand == 0x20)
    return true;  // LOCAL: the proxy itself asks, for its health checks
  if (versionAndCommand != 0x21) return false;
  const std::string_view addresses = bytes.substr(kBinaryFixed);
  constexpr std::uint8_t kTcp4 = 0x11;
  constexpr std::uint8_t kTcp6 = 0x21;
  PeerAddress client;
  switch (static_cast<std::uint8_t>(bytes[13])) {
    case kTcp4:
      if (addresses.size() < 12) return false;
      client.bytes[10] = client.bytes[11] = 0xff;
      std::memcpy(client.bytes + 12, addresses.data(), 4);
      client.port = bigEndian(addresses.substr(8));
      break;
    case kTcp6:
      if (addresses.size() < 36) return false;
      std::memcpy(client.bytes, addresses.data(), 16);
      client.port = bigEndian(addresses.substr(32));
      break;
    default:
      return true;  // a family that says nothing of use to us
  }
  source_ = client;
  return true;
}

}  // namespace rookery::net
