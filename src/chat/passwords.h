#pragma once

#include <string>
#include <string_view>

#include "rookery/base/error.h"
#include "rookery/base/random.h"

namespace rookery::chat {

/// argon2id in its encoded form (RFC 9106; 19 MiB, 2 passes, 1 lane). Takes tens of milliseconds:
/// for workers, never on a loop. kInternal when memory runs out.
[[nodiscard]] base::Result<std::string> hashPassword(std::string_view password,
                                                     base::Random& random);
/// Whether `password` is the one that `hash` was made of. As slow as hashing. False for a hash of
/// a kind that is not known.
[[nodiscard]] bool verifyPassword(std::string_view password, const std::string& hash);

}  // namespace rookery::chat
