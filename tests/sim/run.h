#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "witness/world.h"

namespace rookery::sim {

struct Verdict {
  std::vector<std::string> problems;  ///< empty: all promises were kept
  std::uint64_t steps = 0;
  std::uint64_t messages = 0;  ///< that are stored at the end
  unsigned crashes = 0;
};

/// The store of a world as it is before anything happens in it, the same under every seed: made
/// once in a process, as a schema costs as much as what a seed does with it.
class Beginning {
 public:
  /// Makes it in `folder`, which is for the database of each seed as well.
  explicit Beginning(std::string folder);

  /// A copy, in the place of what the seed before left; returns its path.
  [[nodiscard]] std::string copy() const;
  [[nodiscard]] const std::vector<witness::Place>& places() const { return places_; }

 private:
  std::string folder_;
  std::vector<witness::Place> places_;
};

/// One world under one seed, from its beginning to the check of its end. With `isTraced` it is
/// told on standard output.
[[nodiscard]] Verdict runSeed(std::uint64_t seed, const Beginning& beginning, bool isTraced);

}  // namespace rookery::sim
