#include "rookery/app/data_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "rookery/base/encoding.h"

namespace rookery::app {
namespace {

using base::ErrorCode;

constexpr std::size_t kSecretBytes = 32;

/// `what` went wrong with `path`, and why by errno.
tl::unexpected<base::Error> failed(const std::string& path, std::string_view what) {
  return base::fail(ErrorCode::kStoreFailed,
                    fmt::format("{} {}: {}", path, what, std::generic_category().message(errno)));
}

base::Result<void> makeFolder(const std::string& path) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return failed(path, "cannot be made");
  }
  return {};
}

/// For the message alone: who has the lock wrote its number into the file.
std::string holderOf(int lock) {
  std::array<char, 20> text{};
  const ssize_t got = pread(lock, text.data(), text.size(), 0);
  std::string_view number(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  number = number.substr(0, number.find_first_not_of("0123456789"));
  return number.empty() ? "another process" : fmt::format("process {}", number);
}

base::Result<std::string> readSecret(int file, const std::string& path) {
  std::array<char, 4096> text{};
  const ssize_t got = read(file, text.data(), text.size());
  if (got < 0) return failed(path, "cannot be read");
  std::string_view secret(text.data(), static_cast<std::size_t>(got));
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) {
    secret.remove_suffix(1);
  }
  if (secret.size() < kSecretBytes || secret.size() == text.size() ||
      secret.find('\0') != std::string_view::npos) {
    return base::fail(ErrorCode::kStoreFailed,
                      fmt::format("{} holds no secret of {} to 4095 bytes", path, kSecretBytes));
  }
  return std::string(secret);
}

/// The file appears under its name complete and synced, or not at all: a token signed with a
/// secret that a power cut takes away would log everybody out.
base::Result<std::string> makeSecret(const std::string& folder, const std::string& path,
                                     base::Random& random) {
  std::array<std::uint8_t, kSecretBytes> bytes{};
  random.fill(bytes);
  std::string secret = base::base64Url(bytes);
  const std::string line = secret + "\n";
  const std::string fresh = path + ".new";
  unlink(fresh.c_str());  // left behind by a power cut, maybe
  const base::FileDescriptor file(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.isOpen()) return failed(path, "cannot be made");
  if (write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
      fsync(file.get()) != 0 || rename(fresh.c_str(), path.c_str()) != 0) {
    const auto failure = failed(path, "cannot be written");
    unlink(fresh.c_str());
    return failure;
  }
  const base::FileDescriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.isOpen() || fsync(directory.get()) != 0) return failed(path, "cannot be synced");
  return secret;
}

}  // namespace

base::Result<DataFolder> DataFolder::open(const std::string& path, IfMissing ifMissing) {
  struct stat about{};
  if (stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT && ifMissing == IfMissing::kRefuse) {
      return base::fail(ErrorCode::kNotFound, "there is no data folder " + path);
    }
    if (errno != ENOENT) return failed(path, "cannot be used as data folder");
    if (const auto made = makeFolder(path); !made) return base::fail(made.error());
  }
  const std::string lockPath = path + "/lock";
  base::FileDescriptor lock(
      ::open(lockPath.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!lock.isOpen()) return failed(path, "cannot be used as data folder");
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed(lockPath, "cannot be locked");
    return base::fail(ErrorCode::kConflict, fmt::format("the data folder {} is in use by {}", path,
                                                        holderOf(lock.get())));
  }
  const std::string holder = fmt::format("{}\n", getpid());
  if (ftruncate(lock.get(), 0) != 0 ||
      pwrite(lock.get(), holder.data(), holder.size(), 0) != static_cast<ssize_t>(holder.size())) {
    return failed(lockPath, "cannot be written");
  }
  return DataFolder(path, std::move(lock));
}

base::Result<std::string> DataFolder::secretKey(base::Random& random) const {
  const std::string path = path_ + "/secret.key";
  const base::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.isOpen()) return readSecret(file.get(), path);
  if (errno != ENOENT) return failed(path, "cannot be read");
  return makeSecret(path_, path, random);
}

std::string adminSocketPath(const std::string& dataFolder) { return dataFolder + "/admin.sock"; }

}  // namespace rookery::app
