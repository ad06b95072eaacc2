#pragma once

#include <cstdint>
#include <string>

#include "rookery/base/clock.h"
#include "rookery/base/object_id.h"

namespace rookery::chat {

/// What a token says of its bearer (events.md, connection): the claims id, email, username, exp,
/// sid, v when it is not 0, and use when it is good for one thing only.
struct TokenClaims {
  enum class Use : std::uint8_t { kEverything, kNewPassword };

  base::ObjectId userId;
  std::string email;
  std::string username;
  base::WallMs expiresAt = 0;
  std::uint64_t version = 0;  ///< UserRecord::tokenVersion when it was issued; claim `v`
  /// What a sign-in began and a sign-out ends; claim `sid`. Of a token without one: made from it.
  base::ObjectId session = {};
  Use use = Use::kEverything;  ///< claim `use`: "password"
  bool isForeign = false;      ///< signed by another issuer, who knows no versions

  /// Whether a user whose tokens have this version now may still use it.
  [[nodiscard]] bool fits(std::uint64_t current) const { return isForeign || version == current; }
};

}  // namespace rookery::chat
