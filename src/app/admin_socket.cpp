#include "rookery/app/admin_socket.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "rookery/app/admin_json.h"
#include "rookery/app/unix_socket.h"
#include "rookery/base/check.h"
#include "rookery/base/file_descriptor.h"
#include "rookery/base/thread_pool.h"

namespace rookery::app {
namespace {

using base::ErrorCode;
using Clock = std::chrono::steady_clock;

/// One request, from its first byte to the last of its answer.
struct Connection {
  base::FileDescriptor socket;
  Clock::time_point deadline;
  std::string input = {};
  std::string output = {};  ///< what is left of the answer
  bool isAnswered = false;
  bool isDone = false;

  void answer(const base::Result<AdminAnswer>& result) {
    output = answerLine(result);
    isAnswered = true;
  }

  /// Reads until there is a line. Nothing while it is not complete, or when the peer is gone.
  std::optional<std::string> readLine() {
    char buffer[4096];
    while (true) {
      const ssize_t got = recv(socket.get(), buffer, sizeof buffer, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
      if (got <= 0) {
        isDone = true;
        return std::nullopt;
      }
      input.append(buffer, static_cast<std::size_t>(got));
      const std::size_t end = input.find('\n');
      if (end < kMaxAdminLine) return input.substr(0, end);
      if (input.size() >= kMaxAdminLine) {
        answer(base::fail(ErrorCode::kTooLarge, "the request is too long"));
        return std::nullopt;
      }
    }
  }

  void writeAnswer() {
    while (!output.empty()) {
      const ssize_t sent = send(socket.get(), output.data(), output.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
      if (sent < 0) break;
      output.erase(0, static_cast<std::size_t>(sent));
    }
    isDone = true;
  }
};

}  // namespace

struct AdminSocket::Impl {
  std::string path;
  AdminBackend& backend;
  std::chrono::milliseconds patience;
  base::FileDescriptor listener;
  base::FileDescriptor wake;
  std::vector<Connection> connections;  // of the thread
  std::thread thread;

  void run();
  void accept();
  void serve(Connection& connection);
  void dropFinished();
  void pause();
  [[nodiscard]] int timeoutMs() const;
};

void AdminSocket::Impl::run() {
  base::nameThisThread("admin");
  while (true) {
    std::vector<pollfd> polled = {{wake.get(), POLLIN, 0}, {listener.get(), POLLIN, 0}};
    for (const Connection& connection : connections) {
      const short events = connection.isAnswered ? POLLOUT : POLLIN;
      polled.push_back({connection.socket.get(), events, 0});
    }
    if (poll(polled.data(), polled.size(), timeoutMs()) < 0) {
      ROOKERY_CHECK(errno == EINTR);
      continue;
    }
    if (polled[0].revents != 0) return;
    // What is there goes before deadlines: they may have passed while a request was carried out.
    for (std::size_t i = 0; i < connections.size(); ++i) {
      if (polled[i + 2].revents != 0) serve(connections[i]);
    }
    dropFinished();
    if (polled[1].revents != 0) accept();
  }
}

int AdminSocket::Impl::timeoutMs() const {
  if (connections.empty()) return -1;
  const auto first = std::min_element(
      connections.begin(), connections.end(),
      [](const Connection& a, const Connection& b) { return a.deadline < b.deadline; });
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(first->deadline - Clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

void AdminSocket::Impl::accept() {
  while (true) {
    base::FileDescriptor socket(
        accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.isOpen()) {
      if (errno == EMFILE || errno == ENFILE) pause();
      return;
    }
    Connection connection{.socket = std::move(socket), .deadline = Clock::now() + patience};
    if (connections.size() < kMaxConnections) {
      connections.push_back(std::move(connection));
    } else {
      connection.answer(
          base::fail(ErrorCode::kOverloaded, "the server carries out other commands, try again"));
      connection.writeAnswer();  // it fits into the empty buffer
    }
  }
}

/// Without descriptors the listener stays readable: do not spin until there are some.
void AdminSocket::Impl::pause() {
  constexpr int kPauseMs = 100;
  pollfd onlyWake{wake.get(), POLLIN, 0};
  poll(&onlyWake, 1, kPauseMs);
}

void AdminSocket::Impl::serve(Connection& connection) {
  if (!connection.isAnswered) {
    const auto line = connection.readLine();
    if (line) {
      const auto request = parseRequest(*line);
      connection.answer(request ? perform(backend, *request)
                                : base::Result<AdminAnswer>(base::fail(request.error())));
      connection.deadline = Clock::now() + patience;
    }
  }
  if (connection.isAnswered) connection.writeAnswer();
}

void AdminSocket::Impl::dropFinished() {
  const auto now = Clock::now();
  std::erase_if(connections, [now](const Connection& connection) {
    return connection.isDone || connection.deadline <= now;
  });
}

AdminSocket::AdminSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

base::Result<std::unique_ptr<AdminSocket>> AdminSocket::start(const std::string& path,
                                                              AdminBackend& backend,
                                                              std::chrono::milliseconds patience) {
  auto listener = listenAt(path);
  if (!listener) return base::fail(listener.error());
  base::FileDescriptor wake(eventfd(0, EFD_CLOEXEC));
  if (!wake.isOpen()) {
    return base::fail(ErrorCode::kInternal, fmt::format("{} cannot be served: {}", path,
                                                        std::generic_category().message(errno)));
  }
  std::unique_ptr<Impl> impl(new Impl{.path = path,
                                      .backend = backend,
                                      .patience = patience,
                                      .listener = std::move(*listener),
                                      .wake = std::move(wake),
                                      .connections = {},
                                      .thread = {}});
  impl->thread = std::thread([raw = impl.get()] { raw->run(); });
  return std::unique_ptr<AdminSocket>(new AdminSocket(std::move(impl)));
}

AdminSocket::~AdminSocket() {
  const std::uint64_t one = 1;
  ROOKERY_CHECK(write(impl_->wake.get(), &one, sizeof one) == sizeof one);
  impl_->thread.join();
  unlink(impl_->path.c_str());
}

}  // namespace rookery::app
