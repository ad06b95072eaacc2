#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/chat/token_claims.h"

namespace rookery::chat {

/// Tokens whose signatures were verified before: a browser sends the same one with every request.
/// Known by their SHA-256, which is a tenth as long.
/// What may end in between, the life of a token, of its session and of its user, is not looked at.
/// Thread: any.
/// At limit: all are forgotten.
class VerifiedTokens {
 public:
  static constexpr std::size_t kMost = 10'000;  ///< some 2 MB

  using Digest = std::array<char, 32>;
  [[nodiscard]] static Digest digestOf(std::string_view token);

  [[nodiscard]] std::optional<TokenClaims> find(const Digest& token) const;
  /// `keys` verified it; does nothing when others hold by now.
  void put(const Digest& token, const TokenClaims& claims, const void* keys);
  /// From now on these keys hold: what was verified with others is forgotten.
  void use(const void* keys);
  [[nodiscard]] base::Held held() const;

 private:
  struct Hash {
    std::size_t operator()(const Digest& digest) const;
  };
  mutable base::Mutex mutex_;
  const void* keys_ ROOKERY_GUARDED_BY(mutex_) = nullptr;
  std::unordered_map<Digest, TokenClaims, Hash> known_ ROOKERY_GUARDED_BY(mutex_);
};

}  // namespace rookery::chat
