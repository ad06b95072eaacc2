#pragma once

#include <liburing.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rookery::bench::floor {

using Frame = std::shared_ptr<const std::string>;

struct Connection {
  int fd = -1;
  bool isUpgraded = false;
  bool isDirty = false;
  std::string partial;       ///< of what was read
  std::vector<Frame> due;    ///< to be gathered
  std::string backlog;       ///< what the kernel did not take
  std::size_t drained = 0;   ///< of the backlog, by now
  std::vector<iovec> parts;  ///< of a send that is under way
  msghdr message{};
};

/// How frames reach sockets.
enum class Mode : std::uint8_t {
  kEach,    ///< one send(2) a frame, at once
  kGather,  ///< one sendmsg(2) a socket and turn
  kUring,   ///< the same, all sockets of a turn handed to io_uring together
};

/// Writes frames; what the kernel does not take waits in the connection's backlog.
/// Thread: owner.
class Outlet {
 public:
  explicit Outlet(Mode mode);
  ~Outlet();
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  /// False when io_uring was asked for and the kernel does not permit it.
  [[nodiscard]] bool isReady() const { return isReady_; }

  void put(Connection& connection, const Frame& frame);
  /// At the end of a turn. Those that have a backlog now are added to `blocked`.
  void flush(std::vector<Connection*>& blocked);
  /// Sends what it can of the backlog; whether it is empty now.
  static bool drain(Connection& connection);

 private:
  static constexpr unsigned kRing = 4096;

  void gather(Connection& connection);
  void settle(Connection& connection, ssize_t sent);
  void flushByRing();

  Mode mode_;
  bool isReady_ = true;
  io_uring ring_{};
  std::vector<Connection*> dirty_;
  std::vector<Connection*> blocked_;
};

}  // namespace rookery::bench::floor
