#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "rookery/base/clock.h"
#include "rookery/base/error.h"
#include "rookery/base/object_id.h"

namespace rookery::chat {

/// What a token says of its bearer (events.md, connection): the claims id, email, username, exp,
/// and v when it is not 0.
struct TokenClaims {
  base::ObjectId userId;
  std::string email;
  std::string username;
  base::WallMs expiresAt = 0;
  std::uint64_t version = 0;  ///< UserRecord::tokenVersion when it was issued; claim `v`
};

/// Issues and verifies JSON Web Tokens (RFC 7519) signed with HMAC SHA-256.
/// Thread: any, once made.
class Tokens {
 public:
  explicit Tokens(std::string secret) : secret_(std::move(secret)) {}

  /// `claims.expiresAt` is cut to seconds. kInternal when the library fails.
  [[nodiscard]] base::Result<std::string> issue(const TokenClaims& claims) const;
  /// kUnauthenticated for anything but a token of ours that has not expired: another algorithm
  /// (`none` above all), a signature that does not fit, a claim that is missing.
  [[nodiscard]] base::Result<TokenClaims> verify(std::string_view token, base::WallMs now) const;

 private:
  std::string secret_;
};

}  // namespace rookery::chat
