#include "load/wire.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace rookery::bench {

bool Wire::open(int epoll, const sockaddr_in& target, std::uint32_t source, const TlsClients* tls) {
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
  if (tls != nullptr) tls_ = std::make_unique<TlsEnd>(*tls, fd_);
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
  tls_ = nullptr;
}

ssize_t Wire::put(std::string_view bytes) {
  return tls_ != nullptr ? tls_->send(bytes)
                         : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
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
    const ssize_t sent = put(bytes);
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
    const ssize_t sent = put(unsent_);
    if (sent < 0 && errno != EAGAIN) return false;
    unsent_.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
  }
  // With TLS it may be the server's word that is missing, and not room.
  if (unsent_.empty() || tls_ != nullptr) watch(readEvents_ == 0 ? EPOLLERR : readEvents_);
  return true;
}

ssize_t Wire::receive(std::span<char> buffer) {
  if (tls_ == nullptr) return recv(fd_, buffer.data(), buffer.size(), 0);
  const ssize_t got = tls_->receive(buffer);
  const int error = errno;
  if (connected_ && !unsent_.empty() && !flush()) return -1;
  errno = error;
  return got;
}

void Wire::pause() {
  readEvents_ = 0;
  watch(EPOLLERR);
}

}  // namespace rookery::bench
