#pragma once

#include <string>

#include "rookery/base/random.h"

namespace rookery::chat {

/// Six upper-case letters (rest.md, joincode/reset); random, not unique. Thread: any.
[[nodiscard]] inline std::string newJoinCode(base::Random& random) {
  constexpr std::size_t kLetters = 6;
  std::uint64_t bits = random.next64();
  std::string code;
  while (code.size() < kLetters) {
    code += static_cast<char>('A' + bits % 26);
    bits /= 26;
  }
  return code;
}

}  // namespace rookery::chat
