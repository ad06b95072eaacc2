#include "rookery/chat/passwords.h"

#include <argon2.h>

#include <crypt.h>

#include <array>
#include <cstdint>
#include <memory>

#include "rookery/base/encoding.h"

namespace rookery::chat {
namespace {

// RFC 9106 leaves the choice to the time that is there; this is OWASP's for interactive log-ins.
constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kMemoryKiB = 19 * 1024;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

/// What systems that were taken over hashed with: `$2a$`, `$2b$` or `$2y$` (crypt(5)).
bool verifyBcrypt(std::string_view password, const std::string& hash) {
  const auto data = std::make_unique<crypt_data>();
  const std::string phrase(password);
  const char* made = crypt_r(phrase.c_str(), hash.c_str(), data.get());
  return made != nullptr && phrase.find('\0') == std::string::npos &&
         base::equalInConstantTime(made, hash);
}

}  // namespace

base::Result<std::string> hashPassword(std::string_view password, base::Random& random) {
  std::array<std::uint8_t, kSaltBytes> salt{};
  random.fill(salt);
  std::string encoded(
      argon2_encodedlen(kPasses, kMemoryKiB, kLanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int code =
      argon2id_hash_encoded(kPasses, kMemoryKiB, kLanes, password.data(), password.size(),
                            salt.data(), salt.size(), kHashBytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) return base::fail(base::ErrorCode::kInternal, "Internal Server Error");
  encoded.resize(encoded.find('\0'));  // the length above counts the terminator
  return encoded;
}

bool verifyPassword(std::string_view password, const std::string& hash) {
  if (hash.starts_with("$2")) return verifyBcrypt(password, hash);
  return hash.starts_with("$argon2id$") &&
         argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

}  // namespace rookery::chat
