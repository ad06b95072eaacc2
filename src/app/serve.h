#pragma once

#include <functional>

#include "rookery/app/config_loader.h"
#include "rookery/app/exit_code.h"

namespace rookery::app {

/// Reads the configuration from where it came from, again.
using ReadConfig = std::function<CommandResult<LoadedConfig>()>;

/// Runs the server until it is told to stop, and drains it then (cli.md, signals). Says on standard
/// output where it listens, on standard error why it could not.
/// Thread: main, which becomes the one that waits for signals.
/// Returns the exit code of the process (exit_code.h).
[[nodiscard]] int serve(const Config& config, const ReadConfig& readAgain);

}  // namespace rookery::app
