#pragma once

#include <cstdint>
#include <string>

#include "rookery/base/error.h"
#include "rookery/base/file_descriptor.h"
#include "rookery/base/random.h"

namespace rookery::app {

/// The folder with everything a server keeps: `rookery.db`, `secret.key`, `admin.sock`, `lock`.
/// While it lives, this process alone works in it (flock(2) on `lock`); the kernel gives the lock
/// back however the process ends.
/// Thread: owner.
class DataFolder {
 public:
  enum class IfMissing : std::uint8_t { kMake, kRefuse };

  /// Makes the folder with mode 0700 when it may, and takes the lock without waiting.
  /// kConflict: another process has it. kNotFound: it is missing and not to be made.
  /// kStoreFailed: anything else. The message is one line that names the path.
  [[nodiscard]] static base::Result<DataFolder> open(const std::string& path, IfMissing ifMissing);

  /// The content of `secret.key`, which is made of 32 random bytes (mode 0600, synced) when there
  /// is none. kStoreFailed when it cannot be read, written or trusted.
  [[nodiscard]] base::Result<std::string> secretKey(base::Random& random) const;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  DataFolder(std::string path, base::FileDescriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  base::FileDescriptor lock_;
};

/// Where the server of a data folder takes requests of the command line (cli.md). Thread: any.
[[nodiscard]] std::string adminSocketPath(const std::string& dataFolder);

}  // namespace rookery::app
