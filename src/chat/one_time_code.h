#pragma once

#include <string>
#include <string_view>

#include "rookery/base/clock.h"
#include "rookery/base/object_id.h"
#include "rookery/base/random.h"

/// One-time codes, by which somebody proves that he reads a user's mail (rest.md, validateuser).
/// Thread: any.
namespace rookery::chat {

inline constexpr base::WallMs kCodeLifeMs = 5 * 60'000;
inline constexpr std::string_view kCodePurpose = "one-time codes";  ///< for Tokens::keyFor()

/// Six digits.
[[nodiscard]] std::string newCode(base::Random& random);
/// What the store keeps of it: a million codes would be tried in no time, were it not for `key`.
[[nodiscard]] std::string codeHash(std::string_view key, const base::ObjectId& user,
                                   std::string_view code);

}  // namespace rookery::chat
