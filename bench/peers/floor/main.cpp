// The floor: the barest loop that writes the bytes of a chat server to the same sockets. It checks
// no token, keeps nothing and confirms in its next turn; it speaks to the load generator alone.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <cstdio>
#include <unordered_map>

#include "load/websocket.h"
#include "peers/floor/outlet.h"
#include "peers/floor/texts.h"

namespace rookery::bench::floor {
namespace {

constexpr std::string_view kUpgraded =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
constexpr std::string_view kOpen =
    R"(0{"sid":"0123456789abcdefghij","upgrades":[],"pingInterval":3600000,"pingTimeout":3600000,)"
    R"("maxPayload":1000000})";
constexpr std::size_t kEventsPerTurn = 1024;
constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr std::uint8_t kMask = 0x80;

struct Conversation {
  std::uint64_t seq = 0;
  std::vector<Connection*> readers;
};

class Server {
 public:
  explicit Server(Mode mode) : outlet_(mode), buffer_(kBufferBytes) {}

  [[nodiscard]] bool isReady() const { return outlet_.isReady(); }
  std::uint16_t listen();
  [[noreturn]] void run();

 private:
  struct Confirmation {
    Conversation* conversation;
    Connection* sender;
    Frame frame;
    Frame ack;
  };

  void accept();
  void onReadable(Connection& connection);
  std::size_t consume(Connection& connection, std::string_view bytes);
  void onPacket(Connection& connection, std::string_view packet);
  void confirm();
  void watch(Connection& connection, std::uint32_t events, int how) const;
  void drop(Connection& connection);

  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  int listener_ = -1;
  Outlet outlet_;
  std::vector<char> buffer_;
  std::unordered_map<std::string, Conversation> conversations_;
  std::vector<Confirmation> confirmations_;
  std::vector<Connection*> blocked_;
};

std::uint16_t Server::listen() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::listen(listener_, SOMAXCONN) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return 0;
  }
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
  return ntohs(address.sin_port);
}

void Server::watch(Connection& connection, std::uint32_t events, int how) const {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &connection;
  epoll_ctl(epoll_, how, connection.fd, &event);
}

void Server::accept() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto* const connection = new Connection;  // kept to the end: conversations name it
    connection->fd = fd;
    watch(*connection, EPOLLIN, EPOLL_CTL_ADD);
  }
}

void Server::drop(Connection& connection) {
  for (auto& [id, conversation] : conversations_) std::erase(conversation.readers, &connection);
  std::erase_if(confirmations_, [&](const auto& one) { return one.sender == &connection; });
  close(connection.fd);
  connection.fd = -1;
}

void Server::onReadable(Connection& connection) {
  const ssize_t got = recv(connection.fd, buffer_.data(), buffer_.size(), 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return drop(connection);
  std::string bytes = std::move(connection.partial);
  bytes.append(buffer_.data(), static_cast<std::size_t>(got));
  const std::size_t taken = consume(connection, bytes);
  connection.partial = bytes.substr(taken);
}

std::size_t Server::consume(Connection& connection, std::string_view bytes) {
  std::size_t taken = 0;
  if (!connection.isUpgraded) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    connection.isUpgraded = true;
    outlet_.put(connection, std::make_shared<const std::string>(kUpgraded));
    outlet_.put(connection, std::make_shared<const std::string>(textFrame(kOpen)));
    taken = end + 4;
  }
  // Unmasked in place, so that the reader of the load generator's own side can be used.
  while (bytes.size() - taken >= 6) {
    const auto length = static_cast<std::uint8_t>(bytes[taken + 1]) & 0x7fU;
    const std::size_t head = length == 126 ? 4 : length == 127 ? 10 : 2;
    std::string frame(bytes.substr(taken));
    if (frame.size() < head + 4) return taken;
    const std::string mask = frame.substr(head, 4);
    frame.erase(head, 4);
    frame[1] = static_cast<char>(static_cast<std::uint8_t>(frame[1]) & ~kMask);
    ServerFrame read;
    if (readFrame(frame, read) != FrameState::kWhole) return taken;
    for (std::size_t i = 0; i < read.payload.size(); ++i) {
      frame[head + i] = static_cast<char>(frame[head + i] ^ mask[i & 3]);
    }
    taken += read.bytes + 4;
    onPacket(connection, read.payload);
  }
  return taken;
}

void Server::onPacket(Connection& connection, std::string_view packet) {
  const auto reply = [&](std::string frame) {
    outlet_.put(connection, std::make_shared<const std::string>(std::move(frame)));
  };
  if (packet.starts_with("40")) return reply(textFrame(R"(40{"sid":"0123456789abcdefghij"})"));
  const auto wish = readWish(packet);
  if (!wish) return;
  Conversation& conversation = conversations_[std::string(wish->conversation)];
  if (wish->what == Wish::What::kJoin) {
    if (std::find(conversation.readers.begin(), conversation.readers.end(), &connection) ==
        conversation.readers.end()) {
      conversation.readers.push_back(&connection);
    }
    return reply(textFrame(fmt::format(R"(43{}[{{"success":true}}])", wish->ackId)));
  }
  const std::uint64_t seq = ++conversation.seq;
  const auto frame = std::make_shared<const std::string>(optimisticFrame(*wish, seq));
  for (Connection* const reader : conversation.readers) outlet_.put(*reader, frame);
  confirmations_.push_back({&conversation, &connection,
                            std::make_shared<const std::string>(confirmedFrame(*wish, seq)),
                            std::make_shared<const std::string>(ackFrame(*wish, seq))});
}

void Server::confirm() {
  for (const Confirmation& one : std::exchange(confirmations_, {})) {
    for (Connection* const reader : one.conversation->readers) outlet_.put(*reader, one.frame);
    outlet_.put(*one.sender, one.ack);
  }
}

void Server::run() {
  std::array<epoll_event, kEventsPerTurn> events{};
  while (true) {
    const int wait = confirmations_.empty() ? -1 : 0;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait);
    confirm();
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr == nullptr) {
        accept();
        continue;
      }
      auto& connection = *static_cast<Connection*>(event.data.ptr);
      if ((event.events & EPOLLOUT) != 0 && Outlet::drain(connection)) {
        watch(connection, EPOLLIN, EPOLL_CTL_MOD);
      }
      if (connection.fd >= 0 && (event.events & EPOLLIN) != 0) onReadable(connection);
    }
    outlet_.flush(blocked_);
    for (Connection* const connection : blocked_) {
      if (connection->fd >= 0) watch(*connection, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    }
    blocked_.clear();
  }
}

int start(const std::string& mode) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  signal(SIGPIPE, SIG_IGN);
  Server server(mode == "each" ? Mode::kEach : mode == "gather" ? Mode::kGather : Mode::kUring);
  if (!server.isReady()) {
    fmt::print(stderr, "io_uring is not permitted here\n");
    return 1;
  }
  const std::uint16_t port = server.listen();
  if (port == 0) return 1;
  fmt::print("listening on http://127.0.0.1:{}\n", port);
  std::fflush(stdout);
  server.run();
}

}  // namespace
}  // namespace rookery::bench::floor

int main(int argc, char** argv) {
  std::string mode = "gather";
  CLI::App app{"The least that a server can do", "bench_floor"};
  app.add_option("--mode", mode, "how frames are written")
      ->check(CLI::IsMember({"each", "gather", "uring"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return rookery::bench::floor::start(mode);
}
