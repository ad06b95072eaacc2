#include "rookery/api/keyed_limiter.h"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>

#include "rookery/base/digest.h"

namespace rookery::api {
namespace {

constexpr std::chrono::seconds kSweepEvery{1};
constexpr std::array<std::uint8_t, 12> kMappedIpv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::size_t KeyedLimiter::KeyHash::operator()(const Key& key) const noexcept {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(key.data()), key.size()});
}

KeyedLimiter::Key KeyedLimiter::keyOf(const net::PeerAddress& peer) {
  Key key{};
  const bool isIpv4 = std::equal(kMappedIpv4.begin(), kMappedIpv4.end(), peer.bytes);
  std::copy_n(peer.bytes, isIpv4 ? key.size() : key.size() / 2, key.begin());
  return key;
}

KeyedLimiter::Key KeyedLimiter::keyOf(const base::ObjectId& user) {
  Key key{};
  std::copy(user.bytes.begin(), user.bytes.end(), key.begin());
  return key;
}

KeyedLimiter::Key KeyedLimiter::keyOf(std::string_view name) {
  std::string folded(name);
  std::transform(folded.begin(), folded.end(), folded.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const std::string digest = base::sha256(folded);
  Key key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

base::Held KeyedLimiter::held(std::string_view part) {
  const base::MutexLock lock(mutex_);
  return {part, buckets_.size(), base::nodeBytes(buckets_), "16 384, then one for all others"};
}

std::int64_t KeyedLimiter::take(const Key& key, base::SteadyTime now) {
  const base::MutexLock lock(mutex_);
  const auto known = buckets_.find(key);
  if (known != buckets_.end()) return known->second.take(limit_, now);
  if (buckets_.size() >= maxKeys_) forgetFull(now);
  if (buckets_.size() >= maxKeys_) return others_.take(limit_, now);
  return buckets_[key].take(limit_, now);
}

void KeyedLimiter::forgetFull(base::SteadyTime now) {
  if (now - sweptAt_ < kSweepEvery) return;
  sweptAt_ = now;
  std::erase_if(buckets_, [&](const auto& entry) { return entry.second.isFull(limit_, now); });
}

}  // namespace rookery::api
