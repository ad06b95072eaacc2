#include "rookery/chat/one_time_code.h"

#include <fmt/format.h>

#include "rookery/base/digest.h"
#include "rookery/base/encoding.h"

namespace rookery::chat {

std::string newCode(base::Random& random) {
  return fmt::format("{:06}", random.next64() % 1'000'000);
}

std::string codeHash(std::string_view key, const base::ObjectId& user, std::string_view code) {
  return base::hex(base::hmacSha256(key, user.hex() + " " + std::string(code)));
}

}  // namespace rookery::chat
