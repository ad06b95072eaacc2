#include "load/wire.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace rookery::bench {

bool Wire::open(int epoll, const sockaddr_in& target, std::uint32_t source) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return false;
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // The port is chosen by connect(), which knows the whole 4-tuple: a storm does not run out.
  setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_addr.s_addr = htonl(source);
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) return false;
  const int result = connect(fd_, reinterpret_cast<const sockaddr*>(&target), sizeof target);
  if (result != 0 && errno != EINPROGRESS) return false;
  epoll_ = epoll;
  connected_ = false;
  unsent_.clear();
  readEvents_ = EPOLLIN;
  events_ = 0;
  watch(EPOLLIN | EPOLLOUT);
  return true;
}

void Wire::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  unsent_.clear();
}

void Wire::watch(std::uint32_t events) {
  if (events == events_) return;
  epoll_event event{};
  event.events = events;
  event.data.ptr = this;
  epoll_ctl(epoll_, events_ == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd_, &event);
  events_ = events;
}

bool Wire::send(std::string_view bytes) {
  if (fd_ < 0) return false;
  if (connected_ && unsent_.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes.size())) return true;
    if (sent < 0 && errno != EAGAIN) return false;
    bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
  }
  unsent_.append(bytes);
  if (connected_) watch(readEvents_ | EPOLLOUT);
  return true;
}

bool Wire::flush() {
  connected_ = true;
  if (!unsent_.empty()) {
    const ssize_t sent = ::send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return false;
    unsent_.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
  }
  if (unsent_.empty()) watch(readEvents_ == 0 ? EPOLLERR : readEvents_);
  return true;
}

ssize_t Wire::receive(std::span<char> buffer) const {
  return recv(fd_, buffer.data(), buffer.size(), 0);
}

void Wire::pause() {
  readEvents_ = 0;
  watch(EPOLLERR);
}

}  // namespace rookery::bench
