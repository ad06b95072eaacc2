#include "rookery/app/token_keys.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace rookery::app {

base::Result<chat::TokenKeys> tokenKeys(const Config::Auth& auth, const DataFolder& folder,
                                        base::Random& random) {
  auto secret = auth.secret.empty() ? folder.secretKey(random) : auth.secret;
  if (!secret) return base::fail(secret.error());
  chat::TokenKeys keys{.secret = std::move(*secret), .previous = auth.previousSecret};
  if (auth.publicKeys.empty()) return keys;
  std::ifstream file(auth.publicKeys, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) {
    return base::fail(base::ErrorCode::kInvalidPayload,
                      fmt::format("{} cannot be read", auth.publicKeys));
  }
  auto found = chat::publicKeysIn(text.str());
  if (!found) {
    return base::fail(base::ErrorCode::kInvalidPayload,
                      fmt::format("{}: {}", auth.publicKeys, found.error().message));
  }
  keys.issuers = std::move(*found);
  return keys;
}

}  // namespace rookery::app
