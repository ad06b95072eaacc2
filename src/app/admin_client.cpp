#include "rookery/app/admin_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>

#include "rookery/app/admin_json.h"

namespace rookery::app {
namespace {

using Clock = std::chrono::steady_clock;

/// Whether `socket` became ready for `events` before `deadline`.
bool waitFor(const base::FileDescriptor& socket, short events, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd polled{socket.get(), events, 0};
    const int ready = poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

/// Stops early when the server closes: it may have answered without reading all.
void sendAll(const base::FileDescriptor& server, std::string_view line,
             Clock::time_point deadline) {
  while (!line.empty()) {
    if (!waitFor(server, POLLOUT, deadline)) return;
    const ssize_t sent = send(server.get(), line.data(), line.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return;
    if (sent > 0) line.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

base::Result<AdminAnswer> askServer(const base::FileDescriptor& server, const AdminRequest& request,
                                    std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  sendAll(server, requestLine(request), deadline);
  std::string answer;
  while (answer.find('\n') == std::string::npos && answer.size() < kMaxAdminLine) {
    char buffer[4096];
    if (!waitFor(server, POLLIN, deadline)) {
      return base::fail(base::ErrorCode::kInternal, "the server does not answer");
    }
    const ssize_t got = recv(server.get(), buffer, sizeof buffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) {
      return base::fail(base::ErrorCode::kInternal, "the server ended before it answered");
    }
    answer.append(buffer, static_cast<std::size_t>(got));
  }
  return parseAnswer(std::string_view(answer).substr(0, answer.find('\n')));
}

}  // namespace rookery::app
