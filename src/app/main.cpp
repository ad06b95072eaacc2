#include <fmt/format.h>

#include <exception>

#include "rookery/app/command_line.h"
#include "rookery/app/exit_code.h"

/// Our code throws nothing and wraps what throws: whatever arrives here is a bug, and is told in
/// one line instead of by abort().
int main(int argc, char** argv) {
  try {
    return rookery::app::runCommandLine(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "rookery: internal error: {}\n", error.what());
  } catch (...) {
    fmt::print(stderr, "rookery: internal error\n");
  }
  return static_cast<int>(rookery::app::ExitCode::kFailed);
}
