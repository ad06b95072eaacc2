#pragma once

#include <cstdint>
#include <string>

#include "load/histogram.h"

namespace rookery::bench {

/// What the disk below `folder` takes for a write of one page into a file of fixed size and its
/// fdatasync, over so many seconds.
[[nodiscard]] Histogram measureSync(const std::string& folder, double seconds);

struct BareLoop {
  std::uint64_t rows = 0;
  std::uint64_t commits = 0;
  double seconds = 0;
};
/// One thread that does nothing but INSERT rows of `body` bytes into the messages of the store at
/// `path`, to `conversations` in turn, so many a commit, by a statement that is prepared once.
[[nodiscard]] BareLoop insertBare(const std::string& path, std::size_t group,
                                  std::size_t conversations, double seconds);

}  // namespace rookery::bench
