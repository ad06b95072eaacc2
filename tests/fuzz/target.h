#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

/// A fuzz target is one file that defines runOnce(). Under Clang libFuzzer calls it; elsewhere
/// driver.cpp does, with the corpus and what it makes of that.

namespace rookery::fuzz {

/// Takes `bytes` in; ends the process when a promise is broken.
void runOnce(std::span<const std::uint8_t> bytes);

/// A promise of the code under test, in every preset.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::abort();
}

inline std::string_view asText(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace rookery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
