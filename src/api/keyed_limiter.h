#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/base/object_id.h"
#include "rookery/base/token_bucket.h"
#include "rookery/net/stream.h"

namespace rookery::api {

/// A token bucket for each address or user (cli.md, limits).
/// Thread:   any.
/// At limit: keys beyond `maxKeys` share one bucket, until others have filled up again and are
///           forgotten; so a flood of addresses slows itself down and not those who are known.
class KeyedLimiter {
 public:
  using Key = std::array<std::uint8_t, 16>;

  explicit KeyedLimiter(base::RateLimit limit, std::size_t maxKeys = 16'384)
      : limit_(limit), maxKeys_(maxKeys) {}

  /// 0 when the event may happen, else the milliseconds until the next one may.
  [[nodiscard]] std::int64_t take(const Key& key, base::SteadyTime now);

  [[nodiscard]] base::Held held(std::string_view part);

  /// An IPv4 address, or the first 64 bits of an IPv6 one: whoever has one address there has all.
  [[nodiscard]] static Key keyOf(const net::PeerAddress& peer);
  [[nodiscard]] static Key keyOf(const base::ObjectId& user);
  /// A name, whatever the case of its ASCII letters.
  [[nodiscard]] static Key keyOf(std::string_view name);

 private:
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  void forgetFull(base::SteadyTime now) ROOKERY_REQUIRES(mutex_);

  const base::RateLimit limit_;
  const std::size_t maxKeys_;
  base::Mutex mutex_;
  std::unordered_map<Key, base::TokenBucket, KeyHash> buckets_ ROOKERY_GUARDED_BY(mutex_);
  base::TokenBucket others_ ROOKERY_GUARDED_BY(mutex_);
  base::SteadyTime sweptAt_ ROOKERY_GUARDED_BY(mutex_){};
};

}  // namespace rookery::api
