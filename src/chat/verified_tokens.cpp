#include "rookery/chat/verified_tokens.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "rookery/base/digest.h"

namespace rookery::chat {

std::size_t VerifiedTokens::Hash::operator()(const Digest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof(hash));
  return hash;
}

VerifiedTokens::Digest VerifiedTokens::digestOf(std::string_view token) {
  const std::string text = base::sha256(token);
  Digest digest;
  std::copy_n(text.begin(), digest.size(), digest.begin());
  return digest;
}

std::optional<TokenClaims> VerifiedTokens::find(const Digest& token) const {
  const base::MutexLock lock(mutex_);
  const auto found = known_.find(token);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void VerifiedTokens::put(const Digest& token, const TokenClaims& claims, const void* keys) {
  const base::MutexLock lock(mutex_);
  if (keys != keys_) return;
  if (known_.size() >= kMost) known_.clear();
  known_.insert_or_assign(token, claims);
}

base::Held VerifiedTokens::held() const {
  constexpr std::size_t kTexts = 48;  // names in the claims
  const base::MutexLock lock(mutex_);
  return {"verified tokens", known_.size(), base::nodeBytes(known_) + known_.size() * kTexts,
          "10 000: then all are forgotten"};
}

void VerifiedTokens::use(const void* keys) {
  const base::MutexLock lock(mutex_);
  keys_ = keys;
  known_.clear();
}

}  // namespace rookery::chat
