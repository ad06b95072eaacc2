#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/error.h"

namespace rookery::chat {

/// A key that another issuer's tokens are verified with.
struct PublicKey {
  enum class Kind : std::uint8_t { kRsa, kP256 };
  std::string id = {};  ///< `kid`; empty: unknown
  Kind kind = Kind::kRsa;
  std::string pem;
};

/// Reads a JWKS document (RFC 7517 §5) or PEM public keys, one behind the other. Keys of other
/// kinds in a JWKS document are left out; so are those that are not for signatures.
/// kInvalidPayload, with one line for people, when nothing is left or something is damaged. RSA
/// keys have 2 048 bits or more. Thread: any.
[[nodiscard]] base::Result<std::vector<PublicKey>> publicKeysIn(std::string_view text);

}  // namespace rookery::chat
