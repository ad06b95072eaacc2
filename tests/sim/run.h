#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rookery::sim {

struct Verdict {
  std::vector<std::string> problems;  ///< empty: all promises were kept
  std::uint64_t steps = 0;
  std::uint64_t messages = 0;  ///< that are stored at the end
  unsigned crashes = 0;
};

/// One world under one seed, from an empty store to the check of its end. `folder` is for its
/// database. With `isTraced` it is told on standard output.
[[nodiscard]] Verdict runSeed(std::uint64_t seed, const std::string& folder, bool isTraced);

}  // namespace rookery::sim
