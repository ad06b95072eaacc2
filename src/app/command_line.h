#pragma once

namespace rookery::app {

/// Parses the command line (cli.md), runs its command and returns the exit code of the process.
/// What went wrong stands on standard error, a line each.
/// Thread: main.
[[nodiscard]] int runCommandLine(int argc, const char* const* argv);

}  // namespace rookery::app
