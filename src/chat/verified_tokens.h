#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/chat/token_claims.h"

namespace rookery::chat {

/// Tokens whose signatures were verified before: a browser sends the same one with every request.
/// What may end in between, the life of a token, of its session and of its user, is not looked at.
/// Thread: any.
/// At limit: all are forgotten.
class VerifiedTokens {
 public:
  static constexpr std::size_t kMost = 10'000;  ///< some 7 MB

  [[nodiscard]] std::optional<TokenClaims> find(std::string_view token) const;
  /// `keys` verified it; does nothing when others hold by now.
  void put(std::string_view token, const TokenClaims& claims, const void* keys);
  /// From now on these keys hold: what was verified with others is forgotten.
  void use(const void* keys);
  [[nodiscard]] base::Held held() const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  mutable base::Mutex mutex_;
  const void* keys_ ROOKERY_GUARDED_BY(mutex_) = nullptr;
  std::unordered_map<std::string, TokenClaims, Hash, std::equal_to<>> known_
      ROOKERY_GUARDED_BY(mutex_);
};

}  // namespace rookery::chat
