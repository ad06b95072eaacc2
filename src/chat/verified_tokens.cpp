#include "rookery/chat/verified_tokens.h"

namespace rookery::chat {

std::optional<TokenClaims> VerifiedTokens::find(std::string_view token) const {
  const base::MutexLock lock(mutex_);
  const auto found = known_.find(token);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void VerifiedTokens::put(std::string_view token, const TokenClaims& claims, const void* keys) {
  const base::MutexLock lock(mutex_);
  if (keys != keys_) return;
  if (known_.size() >= kMost) known_.clear();
  known_.insert_or_assign(std::string(token), claims);
}

base::Held VerifiedTokens::held() const {
  constexpr std::size_t kText = 300;  // of a token
  const base::MutexLock lock(mutex_);
  return {"verified tokens", known_.size(), base::nodeBytes(known_) + known_.size() * kText,
          "10 000: then all are forgotten"};
}

void VerifiedTokens::use(const void* keys) {
  const base::MutexLock lock(mutex_);
  keys_ = keys;
  known_.clear();
}

}  // namespace rookery::chat
