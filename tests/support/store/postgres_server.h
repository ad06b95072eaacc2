#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace rookery::test {

/// A real PostgreSQL of Debian's package, in a folder of its own, on a Unix socket in that folder,
/// run by the user `postgres` when the tests are run by root. It ends with this object, and with
/// the process if that is killed.
class PostgresServer {
 public:
  /// Made and started at the first call; every test of the process has databases of its own in it.
  [[nodiscard]] static PostgresServer& shared();

  /// `options` as the server's command line takes them, e.g. "-c fsync=off".
  explicit PostgresServer(const std::string& options = "");
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// Waits until it takes connections.
  void start();
  /// The same in two steps, for who has something to do meanwhile.
  void launch();
  [[nodiscard]] bool isReady() const;
  /// At once, without a checkpoint: what a power cut leaves, as the next start sees it.
  void crash();
  /// kill -9 of the server: its helpers end by themselves. Returns when all have.
  void kill();
  /// It and its helpers stand still, or go on.
  void pause(bool paused);

  /// The URL of a new empty database, or of the one that was made for `key` before.
  [[nodiscard]] std::string databaseFor(const std::filesystem::path& key);
  /// What psql prints for a query, without its last line end.
  [[nodiscard]] std::string ask(const std::string& url, const std::string& sql) const;

 private:
  [[nodiscard]] std::vector<pid_t> helpers() const;

  std::filesystem::path folder_;
  std::string options_;
  pid_t pid_ = 0;
};

}  // namespace rookery::test
