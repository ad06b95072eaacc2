#include "rookery/app/unix_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace rookery::app {
namespace {

using base::ErrorCode;

/// An address, and what must stay open while it is used.
struct UnixAddress {
  sockaddr_un address{};
  base::FileDescriptor folder;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

tl::unexpected<base::Error> failed(const std::string& path, std::string_view what) {
  const bool isNobody = errno == ENOENT || errno == ECONNREFUSED;
  return base::fail(isNobody ? ErrorCode::kNotFound : ErrorCode::kInternal,
                    fmt::format("{} {}: {}", path, what, std::generic_category().message(errno)));
}

/// A path that is too long is reached through the descriptor of its folder.
base::Result<UnixAddress> addressOf(const std::string& path) {
  UnixAddress result;
  result.address.sun_family = AF_UNIX;
  std::string shortPath = path;
  if (path.size() >= sizeof result.address.sun_path) {
    const std::filesystem::path full(path);
    result.folder =
        base::FileDescriptor(open(full.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!result.folder.isOpen()) return failed(path, "cannot be reached");
    shortPath = fmt::format("/proc/self/fd/{}/{}", result.folder.get(), full.filename().string());
    if (shortPath.size() >= sizeof result.address.sun_path) {
      errno = ENAMETOOLONG;
      return failed(path, "cannot be reached");
    }
  }
  std::memcpy(result.address.sun_path, shortPath.c_str(), shortPath.size() + 1);
  return result;
}

base::FileDescriptor newSocket() {
  return base::FileDescriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

}  // namespace

base::Result<base::FileDescriptor> listenAt(const std::string& path) {
  const auto address = addressOf(path);
  if (!address) return base::fail(address.error());
  unlink(path.c_str());  // a server that was killed leaves its socket behind
  base::FileDescriptor listener = newSocket();
  // Before bind(), so that there is no moment at which others could connect; umask(2) would hold
  // for all threads.
  if (!listener.isOpen() || fchmod(listener.get(), S_IRUSR | S_IWUSR) != 0 ||
      bind(listener.get(), address->get(), sizeof(sockaddr_un)) != 0 ||
      listen(listener.get(), SOMAXCONN) != 0) {
    return failed(path, "cannot be listened on");
  }
  return listener;
}

base::Result<base::FileDescriptor> connectTo(const std::string& path) {
  const auto address = addressOf(path);
  if (!address) return base::fail(address.error());
  base::FileDescriptor socket = newSocket();
  if (!socket.isOpen() || connect(socket.get(), address->get(), sizeof(sockaddr_un)) != 0) {
    return failed(path, "cannot be connected to");
  }
  return socket;
}

}  // namespace rookery::app
