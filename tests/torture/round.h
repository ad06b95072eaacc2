#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "torture/trouble.h"

namespace rookery::torture {

struct Tools {
  std::filesystem::path server;
  std::filesystem::path shim;
};

/// What one round came to.
struct Report {
  std::vector<std::string> problems;  ///< empty: all promises were kept
  std::uint64_t troubles = 0;         ///< how often something befell the server
  std::uint64_t starts = 0;
  std::uint64_t sent = 0;       ///< messages, over all their attempts
  std::uint64_t confirmed = 0;  ///< of these, told so by an ack
  std::uint64_t failed = 0;     ///< failures that sockets were told of; then sent again
  std::uint64_t stored = 0;
};

/// One server under one kind of trouble, from an empty store to the check of its end. `folder` is
/// empty, and left as it is.
[[nodiscard]] Report runRound(const Kind& kind, std::uint64_t seed, std::chrono::milliseconds play,
                              const std::filesystem::path& folder, const Tools& tools);

}  // namespace rookery::torture
