#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rookery/net/stream.h"

namespace rookery::net {

/// What a proxy says before the first byte of a client: where that is (the PROXY protocol of
/// HAProxy, versions 1 and 2). Thread: one at a time.
class ProxyHeader {
 public:
  static constexpr std::size_t kMaxBytes = 2048;  ///< of version 2 with all it may carry

  enum class Status : std::uint8_t {
    kNeedMore,
    kComplete,
    kBroken,  ///< it is no such header
  };

  /// Looks at what has come and not been taken yet; `used` says how much of it belongs to the
  /// header and is not to be shown again.
  [[nodiscard]] Status take(std::string_view seen, std::size_t& used);
  /// After kComplete: the client; nothing when the proxy speaks for itself, or does not know.
  [[nodiscard]] const std::optional<PeerAddress>& source() const { return source_; }

 private:
  [[nodiscard]] Status takeText(std::string_view seen, std::size_t& used);
  [[nodiscard]] Status takeBinary(std::string_view seen, std::size_t& used);
  [[nodiscard]] bool readText(std::string_view line);
  [[nodiscard]] bool readBinary();

  std::string header_;  ///< as far as it has come
  std::optional<PeerAddress> source_;
};

}  // namespace rookery::net
