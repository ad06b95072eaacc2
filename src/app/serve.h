#pragma once

#include "rookery/app/config.h"

namespace rookery::app {

/// Runs the server until it is told to stop, and drains it then (cli.md, signals). Says on standard
/// output where it listens, on standard error why it could not.
/// Thread: main, which becomes the one that waits for signals.
/// Returns the exit code of the process (exit_code.h).
[[nodiscard]] int serve(const Config& config);

}  // namespace rookery::app
