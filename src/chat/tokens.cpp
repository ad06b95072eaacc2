#include "rookery/chat/tokens.h"

#include <jwt.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

namespace rookery::chat {
namespace {

using base::ErrorCode;

/// A token of ours has less than 500 bytes; nobody may make a loop hash a megabyte.
constexpr std::size_t kMaxTokenBytes = 8192;

struct JwtDeleter {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, JwtDeleter>;

struct Free {
  void operator()(char* text) const { std::free(text); }
};

const unsigned char* bytesOf(const std::string& secret) {
  return reinterpret_cast<const unsigned char*>(secret.data());
}

tl::unexpected<base::Error> refused() {
  return base::fail(ErrorCode::kUnauthenticated, "Invalid token");
}

/// Nothing unless `token` is signed with `secret` by HMAC SHA-256. libjwt checks the signature by
/// the algorithm that the token names; which one that may be is decided here.
Jwt decode(std::string_view token, const std::string& secret) {
  // The library reads up to a NUL, and an empty key would mean "do not verify".
  if (token.size() > kMaxTokenBytes || token.find('\0') != std::string_view::npos) return nullptr;
  if (secret.empty()) return nullptr;
  const std::string text(token);
  jwt_t* raw = nullptr;
  if (jwt_decode(&raw, text.c_str(), bytesOf(secret), static_cast<int>(secret.size())) != 0) {
    return nullptr;
  }
  Jwt jwt(raw);
  return jwt_get_alg(jwt.get()) == JWT_ALG_HS256 ? std::move(jwt) : nullptr;
}

/// Absent, or of another type: nothing.
std::optional<std::string> textClaim(jwt_t* jwt, const char* name) {
  const char* const text = jwt_get_grant(jwt, name);
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

}  // namespace

base::Result<std::string> Tokens::issue(const TokenClaims& claims) const {
  const auto failed = [] { return base::fail(ErrorCode::kInternal, "Internal Server Error"); };
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return failed();
  const Jwt jwt(raw);
  const std::string id = claims.userId.hex();
  const bool isComplete =
      jwt_add_grant(raw, "id", id.c_str()) == 0 &&
      jwt_add_grant(raw, "email", claims.email.c_str()) == 0 &&
      jwt_add_grant(raw, "username", claims.username.c_str()) == 0 &&
      jwt_add_grant_int(raw, "exp", static_cast<long>(claims.expiresAt / 1000)) == 0 &&
      (claims.version == 0 ||
       jwt_add_grant_int(raw, "v", static_cast<long>(claims.version)) == 0) &&
      jwt_set_alg(raw, JWT_ALG_HS256, bytesOf(secret_), static_cast<int>(secret_.size())) == 0;
  if (!isComplete) return failed();
  const std::unique_ptr<char, Free> text(jwt_encode_str(raw));
  if (text == nullptr) return failed();
  return std::string(text.get());
}

base::Result<TokenClaims> Tokens::verify(std::string_view token, base::WallMs now) const {
  const Jwt jwt = decode(token, secret_);
  if (jwt == nullptr) return refused();
  const std::optional<std::string> id = textClaim(jwt.get(), "id");
  std::optional<std::string> email = textClaim(jwt.get(), "email");
  std::optional<std::string> username = textClaim(jwt.get(), "username");
  if (!id || !email || !username) return refused();
  const std::optional<base::ObjectId> userId = base::ObjectId::parse(*id);
  // 0 when `exp` is absent or no integer: expired since 1970. Beyond kLastSecond it would not fit.
  constexpr long kLastSecond = 253'402'300'799;  // of the year 9999
  const long expiresAt = jwt_get_grant_int(jwt.get(), "exp");
  if (!userId || expiresAt > kLastSecond || expiresAt <= now / 1000) return refused();
  return TokenClaims{
      .userId = *userId,
      .email = std::move(*email),
      .username = std::move(*username),
      .expiresAt = static_cast<base::WallMs>(expiresAt) * 1000,
      // Absent: the library answers -1.
      .version = static_cast<std::uint64_t>(std::max(jwt_get_grant_int(jwt.get(), "v"), 0L))};
}

}  // namespace rookery::chat
