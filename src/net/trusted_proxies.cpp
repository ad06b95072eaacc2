#include "rookery/net/trusted_proxies.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "rookery/net/ascii.h"

namespace rookery::net {
namespace {

constexpr unsigned kIpv4Prefix = 96;  // of an IPv4 address that is mapped into IPv6
constexpr unsigned kIpv6Bits = 128;

/// An element of X-Forwarded-For: an address, which some proxies write with a port, `1.2.3.4:5` or
/// `[2001:db8::1]:5`.
std::optional<PeerAddress> parseElement(std::string_view text) {
  if (text.starts_with('[')) return parseAddress(text.substr(1, text.find(']') - 1));
  if (std::count(text.begin(), text.end(), ':') == 1) text = text.substr(0, text.find(':'));
  return parseAddress(text);
}

}  // namespace

std::optional<PeerAddress> parseAddress(std::string_view text) {
  const std::string address(text);
  PeerAddress peer;
  if (inet_pton(AF_INET6, address.c_str(), peer.bytes) == 1) return peer;
  if (inet_pton(AF_INET, address.c_str(), peer.bytes + 12) != 1) return std::nullopt;
  std::memset(peer.bytes, 0, 10);
  peer.bytes[10] = peer.bytes[11] = 0xff;
  return peer;
}

bool TrustedProxies::add(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parseAddress(text.substr(0, slash));
  if (!address) return false;
  const bool isV4 = text.substr(0, slash).find(':') == std::string_view::npos;
  unsigned bits = isV4 ? kIpv6Bits - kIpv4Prefix : kIpv6Bits;
  if (slash != std::string_view::npos) {
    const char* const end = text.data() + text.size();
    unsigned given = 0;
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, given);
    if (error != std::errc() || stop != end || given > bits) return false;
    bits = given;
  }
  networks_.push_back({*address, isV4 ? bits + kIpv4Prefix : bits});
  return true;
}

bool TrustedProxies::contains(const PeerAddress& peer) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    const unsigned whole = network.bits / 8;
    if (std::memcmp(network.address.bytes, peer.bytes, whole) != 0) return false;
    const unsigned rest = network.bits % 8;
    if (rest == 0) return true;
    return (network.address.bytes[whole] ^ peer.bytes[whole]) >> (8 - rest) == 0;
  });
}

PeerAddress TrustedProxies::originOf(const HttpHead& head, const PeerAddress& peer) const {
  if (!contains(peer)) return peer;
  const std::string forwarded = head.joined("x-forwarded-for");
  std::string_view rest = forwarded;
  PeerAddress origin = peer;
  while (!rest.empty() && contains(origin)) {
    const std::size_t comma = rest.rfind(',');
    const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
    const auto named = parseElement(trim(rest.substr(begin)));
    if (!named) break;
    origin = *named;
    rest = rest.substr(0, comma == std::string_view::npos ? 0 : comma);
  }
  origin.secure = peer.secure || equalsIgnoringCase(head.header("x-forwarded-proto"), "https");
  return origin;
}

}  // namespace rookery::net
