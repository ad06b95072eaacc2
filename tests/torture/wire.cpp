#include "torture/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "rookery/base/check.h"

namespace rookery::torture {
namespace {

constexpr std::size_t kReadBytes = 65'536;
constexpr milliseconds kLongestWait{100};

}  // namespace

class Wire::SocketLine final : public witness::Line {
 public:
  explicit SocketLine(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}
  ~SocketLine() override { drop(*socket_); }
  void send(std::string bytes) override { socket_->unsent += bytes; }
  /// What was written so far is on its way, so that frames are cut off in their middle.
  void cut() override {
    static_cast<void>(::send(socket_->file, socket_->unsent.data(), socket_->unsent.size(),
                             MSG_NOSIGNAL | MSG_DONTWAIT));
    drop(*socket_);
  }
  void setReading(bool reads) override { socket_->reads = reads; }

 private:
  const std::shared_ptr<Socket> socket_;  // the wire has it as well until it is closed
};

void Wire::after(milliseconds delay, std::function<void()> what) {
  timers_.emplace(std::chrono::steady_clock::now() + delay, std::move(what));
}

std::unique_ptr<witness::Line> Wire::connect(witness::Peer& peer) {
  auto made = std::make_shared<Socket>();
  made->file = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  ROOKERY_CHECK(made->file >= 0);
  made->peer = &peer;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(made->file, generic, sizeof address) != 0 && errno != EINPROGRESS) {
    drop(*made);
    return nullptr;
  }
  sockets_.push_back(made);
  return std::make_unique<SocketLine>(made);
}

void Wire::drop(Socket& socket) {
  socket.peer = nullptr;
  if (socket.file >= 0) close(socket.file);
  socket.file = -1;
}

void Wire::run(SteadyTime end, const std::function<bool()>& done) {
  while (!done()) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now >= end) return;
    while (!timers_.empty() && timers_.begin()->first <= now) {
      const auto what = std::move(timers_.extract(timers_.begin()).mapped());
      what();
    }
    waitUntil(timers_.empty() ? end : std::min(end, timers_.begin()->first));
  }
}

void Wire::waitUntil(SteadyTime end) {
  std::erase_if(sockets_, [](const auto& socket) { return socket->file < 0; });
  const std::vector<std::shared_ptr<Socket>> all = sockets_;  // serving one may end others
  std::vector<pollfd> asked;
  for (const auto& socket : all) {
    const int wanted = (socket->reads ? POLLIN : 0) | (socket->unsent.empty() ? 0 : POLLOUT);
    asked.push_back({socket->file, static_cast<short>(wanted), 0});
  }
  const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now()).count();
  poll(asked.data(), asked.size(),
       static_cast<int>(std::clamp<std::int64_t>(left, 0, kLongestWait.count())));
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (asked[i].revents != 0) serve(*all[i], asked[i].revents);
  }
}

void Wire::serve(Socket& socket, short events) {
  if (socket.file >= 0 && (events & POLLOUT) != 0) flush(socket);
  if (socket.file < 0) return;
  if ((events & POLLIN) != 0) return receive(socket);
  if ((events & (POLLERR | POLLHUP)) == 0) return;
  witness::Peer* const peer = std::exchange(socket.peer, nullptr);
  drop(socket);
  if (peer != nullptr) peer->onCut();
}

void Wire::flush(Socket& socket) {
  const ssize_t sent =
      ::send(socket.file, socket.unsent.data(), socket.unsent.size(), MSG_NOSIGNAL);
  if (sent > 0) socket.unsent.erase(0, static_cast<std::size_t>(sent));
}

void Wire::receive(Socket& socket) {
  std::array<char, kReadBytes> buffer;
  const ssize_t got = recv(socket.file, buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) {
    socket.peer->onBytes({buffer.data(), static_cast<std::size_t>(got)});
    return;
  }
  witness::Peer* const peer = std::exchange(socket.peer, nullptr);
  drop(socket);
  peer->onCut();
}

}  // namespace rookery::torture
