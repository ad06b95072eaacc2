#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/error.h"
#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/base/object_id.h"
#include "rookery/chat/public_keys.h"
#include "rookery/chat/token_claims.h"
#include "rookery/chat/verified_tokens.h"
#include "rookery/store/records.h"

namespace rookery::chat {

/// What tokens are signed and verified with.
struct TokenKeys {
  std::string secret;         ///< signs, and verifies
  std::string previous = {};  ///< verifies what was signed before it was replaced; or empty
  std::vector<PublicKey> issuers = {};  ///< of other issuers
};

/// Issues JSON Web Tokens (RFC 7519) signed with HMAC SHA-256, and verifies these and those of
/// other issuers, signed with RS256 or ES256 (RFC 7518 §3). Thread: any, once made. Limit:  of
/// ended sessions as many as were begun within the life of a token.
class Tokens {
 public:
  explicit Tokens(std::string secret) : Tokens(TokenKeys{.secret = std::move(secret)}) {}
  explicit Tokens(TokenKeys keys) { setKeys(std::move(keys)); }

  /// `claims.expiresAt` is cut to seconds. kInternal when the library fails.
  [[nodiscard]] base::Result<std::string> issue(const TokenClaims& claims) const;
  /// kUnauthenticated for anything but a token of ours, or of a known issuer, that has not expired,
  /// whose session was not ended and that is good for everything.
  [[nodiscard]] base::Result<TokenClaims> verify(std::string_view token, base::WallMs now) const;
  /// The same, whatever it is good for.
  [[nodiscard]] base::Result<TokenClaims> verifyAnyUse(std::string_view token,
                                                       base::WallMs now) const;

  /// A key for another purpose, made from the secret that signs.
  [[nodiscard]] std::string keyFor(std::string_view purpose) const;

  /// From now on these.
  void setKeys(TokenKeys keys);
  /// Its tokens are refused from now on.
  void endSession(const store::EndedSession& session);
  [[nodiscard]] bool isEnded(const base::ObjectId& session) const;
  /// What was verified, and sessions that were ended.
  [[nodiscard]] std::array<base::Held, 2> held() const;
  /// Forgets ended sessions whose last token has expired.
  void forgetExpired(base::WallMs now);

 private:
  [[nodiscard]] base::Result<TokenClaims> claimsOf(std::string_view token) const;

  std::atomic<std::shared_ptr<const TokenKeys>> keys_;
  mutable VerifiedTokens known_;
  mutable base::Mutex mutex_;
  std::unordered_map<base::ObjectId, base::WallMs, base::ObjectIdHash> ended_
      ROOKERY_GUARDED_BY(mutex_);
};

}  // namespace rookery::chat
