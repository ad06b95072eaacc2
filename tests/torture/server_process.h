#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rookery::torture {

/// The real program, as its user starts it. Thread: one.
class ServerProcess {
 public:
  /// `environment`: NAME=value, beside what this process has. The server's output is added to
  /// `log`.
  ServerProcess(std::vector<std::string> command, std::vector<std::string> environment,
                std::filesystem::path log);
  ~ServerProcess();  ///< killed, if it runs
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  void start();
  [[nodiscard]] bool isRunning();
  void signal(int number) const;
  /// Waits for its end, at most `seconds`: its exit code, 128 + the signal that ended it, or
  /// nothing when it still runs.
  [[nodiscard]] std::optional<int> waitForEnd(unsigned seconds);

 private:
  bool reap(int options);

  const std::vector<std::string> command_;
  const std::vector<std::string> environment_;
  const std::filesystem::path log_;
  pid_t pid_ = 0;  ///< 0: it does not run
  int status_ = 0;
};

/// A port of the loopback that nobody listens on.
[[nodiscard]] std::uint16_t freePort();

}  // namespace rookery::torture
