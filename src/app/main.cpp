#include <fmt/format.h>

#include <exception>

#include "rookery/app/command_line.h"
#include "rookery/app/exit_code.h"

/// Read by jemalloc: a thread gives back what has not been used for ten seconds, also when nobody
/// asks for memory.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,max_background_threads:1";

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
