#include "rookery/chat/tokens.h"

#include <jwt.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "rookery/base/digest.h"
#include "rookery/base/encoding.h"

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

/// Nothing unless `token` is signed with `key` by `algorithm`. libjwt checks the signature by the
/// algorithm that the token names; which one that may be is decided here.
Jwt decode(const std::string& token, const std::string& key, jwt_alg_t algorithm) {
  if (key.empty()) return nullptr;  // the library would not verify at all
  jwt_t* raw = nullptr;
  if (jwt_decode(&raw, token.c_str(), bytesOf(key), static_cast<int>(key.size())) != 0) {
    return nullptr;
  }
  Jwt jwt(raw);
  return jwt_get_alg(jwt.get()) == algorithm ? std::move(jwt) : nullptr;
}

/// What an unverified token says of itself: by which key it may be verified.
struct Hint {
  std::string algorithm;
  std::string keyId;
};
Hint hintOf(const std::string& token) {
  jwt_t* raw = nullptr;
  if (jwt_decode(&raw, token.c_str(), nullptr, 0) != 0) return {};
  const Jwt jwt(raw);
  const char* const algorithm = jwt_get_header(raw, "alg");
  const char* const keyId = jwt_get_header(raw, "kid");
  return {.algorithm = algorithm == nullptr ? "" : algorithm,
          .keyId = keyId == nullptr ? "" : keyId};
}

Jwt verified(std::string_view token, const TokenKeys& keys, bool& isForeign) {
  // The library reads up to a NUL.
  if (token.size() > kMaxTokenBytes || token.find('\0') != std::string_view::npos) return nullptr;
  const std::string text(token);
  isForeign = false;
  if (Jwt own = decode(text, keys.secret, JWT_ALG_HS256)) return own;
  if (Jwt own = decode(text, keys.previous, JWT_ALG_HS256)) return own;
  if (keys.issuers.empty()) return nullptr;
  isForeign = true;
  const Hint hint = hintOf(text);
  for (const PublicKey& key : keys.issuers) {
    const jwt_alg_t algorithm = key.kind == PublicKey::Kind::kRsa ? JWT_ALG_RS256 : JWT_ALG_ES256;
    const bool isNamed = hint.keyId.empty() || key.id.empty() || hint.keyId == key.id;
    if (hint.algorithm != jwt_alg_str(algorithm) || !isNamed) continue;
    if (Jwt foreign = decode(text, key.pem, algorithm)) return foreign;
  }
  return nullptr;
}

constexpr const char* kForPassword = "password";

/// Absent, or of another type: nothing.
std::optional<std::string> textClaim(jwt_t* jwt, const char* name) {
  const char* const text = jwt_get_grant(jwt, name);
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

/// A session of its own for each token that names none.
base::ObjectId sessionOf(std::string_view token) {
  const std::string digest = base::hex(base::sha256(token));
  return *base::ObjectId::parse(std::string_view(digest).substr(0, 24));
}

}  // namespace

base::Result<std::string> Tokens::issue(const TokenClaims& claims) const {
  const std::shared_ptr<const TokenKeys> keys = keys_.load();
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
      (claims.session.isNull() || jwt_add_grant(raw, "sid", claims.session.hex().c_str()) == 0) &&
      (claims.use == TokenClaims::Use::kEverything ||
       jwt_add_grant(raw, "use", kForPassword) == 0) &&
      jwt_set_alg(raw, JWT_ALG_HS256, bytesOf(keys->secret),
                  static_cast<int>(keys->secret.size())) == 0;
  if (!isComplete) return failed();
  const std::unique_ptr<char, Free> text(jwt_encode_str(raw));
  if (text == nullptr) return failed();
  return std::string(text.get());
}

base::Result<TokenClaims> Tokens::verify(std::string_view token, base::WallMs now) const {
  auto claims = verifyAnyUse(token, now);
  if (claims && claims->use != TokenClaims::Use::kEverything) return refused();
  return claims;
}

base::Result<TokenClaims> Tokens::verifyAnyUse(std::string_view token, base::WallMs now) const {
  auto claims = claimsOf(token);
  if (!claims || claims->expiresAt / 1000 <= now / 1000 || isEnded(claims->session)) {
    return refused();
  }
  return claims;
}

base::Result<TokenClaims> Tokens::claimsOf(std::string_view token) const {
  const VerifiedTokens::Digest digest = VerifiedTokens::digestOf(token);
  if (auto known = known_.find(digest)) return std::move(*known);
  const std::shared_ptr<const TokenKeys> keys = keys_.load();
  TokenClaims claims;
  const Jwt jwt = verified(token, *keys, claims.isForeign);
  if (jwt == nullptr) return refused();
  const std::optional<std::string> id = textClaim(jwt.get(), "id");
  std::optional<std::string> email = textClaim(jwt.get(), "email");
  std::optional<std::string> username = textClaim(jwt.get(), "username");
  if (!id || !email || !username) return refused();
  const std::optional<base::ObjectId> userId = base::ObjectId::parse(*id);
  // 0 when `exp` is absent or no integer: expired since 1970. Beyond kLastSecond it would not fit.
  constexpr long kLastSecond = 253'402'300'799;  // of the year 9999
  const long expiresAt = jwt_get_grant_int(jwt.get(), "exp");
  if (!userId || expiresAt > kLastSecond) return refused();
  claims.userId = *userId;
  claims.email = std::move(*email);
  claims.username = std::move(*username);
  claims.expiresAt = static_cast<base::WallMs>(expiresAt) * 1000;
  // Absent: the library answers -1.
  claims.version = static_cast<std::uint64_t>(std::max(jwt_get_grant_int(jwt.get(), "v"), 0L));
  if (const auto use = textClaim(jwt.get(), "use"); use == kForPassword) {
    claims.use = TokenClaims::Use::kNewPassword;
  }
  const auto session = base::ObjectId::parse(textClaim(jwt.get(), "sid").value_or(""));
  claims.session = session ? *session : sessionOf(token);
  known_.put(digest, claims, keys.get());
  return claims;
}

std::string Tokens::keyFor(std::string_view purpose) const {
  return base::hmacSha256(keys_.load()->secret, purpose);
}

void Tokens::setKeys(TokenKeys keys) {
  auto made = std::make_shared<const TokenKeys>(std::move(keys));
  const void* const name = made.get();
  keys_.store(std::move(made));
  known_.use(name);
}

void Tokens::endSession(const store::EndedSession& session) {
  const base::MutexLock lock(mutex_);
  base::WallMs& until = ended_[session.id];
  until = std::max(until, session.expiresAt);
}

std::array<base::Held, 2> Tokens::held() const {
  const base::MutexLock lock(mutex_);
  return {known_.held(), base::Held{"ended sessions", ended_.size(), base::nodeBytes(ended_),
                                    "until their tokens would have expired"}};
}

void Tokens::forgetExpired(base::WallMs now) {
  const base::MutexLock lock(mutex_);
  std::erase_if(ended_, [now](const auto& one) { return one.second <= now; });
}

bool Tokens::isEnded(const base::ObjectId& session) const {
  const base::MutexLock lock(mutex_);
  return ended_.contains(session);
}

}  // namespace rookery::chat
