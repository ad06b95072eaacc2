#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace rookery::app {

/// How the program ends (cli.md, exit codes).
enum class ExitCode : std::uint8_t {
  kDone = 0,
  kFailed = 1,           ///< while running
  kUsage = 2,            ///< wrong usage or configuration
  kStoreCannotOpen = 3,  ///< the reason is the last line
};

/// Why a command ends early: one line for standard error, and how the program ends.
struct CommandFailure {
  ExitCode exitCode = ExitCode::kFailed;
  std::string message;
};

template <typename T>
using CommandResult = tl::expected<T, CommandFailure>;

}  // namespace rookery::app
