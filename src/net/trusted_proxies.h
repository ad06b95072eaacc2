#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/net/http_message.h"
#include "rookery/net/stream.h"

namespace rookery::net {

/// An address in text form, IPv4 or IPv6, without a port. Nothing when it is none.
[[nodiscard]] std::optional<PeerAddress> parseAddress(std::string_view text);

/// The proxies whose word on where a request comes from is taken: addresses, and networks like
/// 10.0.0.0/8. Everybody else's X-Forwarded-For is ignored.
/// Thread: any, once made.
class TrustedProxies {
 public:
  /// False, and nothing is added, when `text` is no address and no network.
  bool add(std::string_view text);
  [[nodiscard]] bool contains(const PeerAddress& peer) const;
  /// Who sent a request that came from `peer`: of the addresses in X-Forwarded-For, read from its
  /// end, the first that is no trusted proxy. Over TLS when the last trusted proxy says so in
  /// X-Forwarded-Proto.
  [[nodiscard]] PeerAddress originOf(const HttpHead& head, const PeerAddress& peer) const;

 private:
  struct Network {
    PeerAddress address;
    unsigned bits = 0;  ///< of the 128 that IPv6, and IPv4 mapped into it, have
  };
  std::vector<Network> networks_;
};

}  // namespace rookery::net
