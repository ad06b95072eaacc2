#include "peers/floor/outlet.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace rookery::bench::floor {
namespace {

constexpr std::size_t kMostParts = 512;  // below IOV_MAX

}  // namespace

Outlet::Outlet(Mode mode) : mode_(mode) {
  if (mode == Mode::kUring) isReady_ = io_uring_queue_init(kRing, &ring_, 0) == 0;
}

Outlet::~Outlet() {
  if (mode_ == Mode::kUring && isReady_) io_uring_queue_exit(&ring_);
}

void Outlet::put(Connection& connection, const Frame& frame) {
  if (mode_ == Mode::kEach) {
    if (!connection.backlog.empty()) {
      connection.backlog.append(*frame);
      return;
    }
    const ssize_t sent = send(connection.fd, frame->data(), frame->size(), MSG_NOSIGNAL);
    const std::size_t taken = sent > 0 ? static_cast<std::size_t>(sent) : 0;
    if (taken < frame->size()) {
      connection.backlog.append(*frame, taken);
      blocked_.push_back(&connection);
    }
    return;
  }
  connection.due.push_back(frame);
  if (connection.isDirty) return;
  connection.isDirty = true;
  dirty_.push_back(&connection);
}

void Outlet::gather(Connection& connection) {
  connection.parts.clear();
  const std::size_t count = std::min(connection.due.size(), kMostParts);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& bytes = *connection.due[i];
    connection.parts.push_back({const_cast<char*>(bytes.data()), bytes.size()});
  }
  connection.message = msghdr{};
  connection.message.msg_iov = connection.parts.data();
  connection.message.msg_iovlen = connection.parts.size();
}

/// Keeps what was not taken of what was due.
void Outlet::settle(Connection& connection, ssize_t sent) {
  std::size_t taken = sent > 0 ? static_cast<std::size_t>(sent) : 0;
  for (const Frame& frame : connection.due) {
    const std::size_t skipped = std::min(taken, frame->size());
    taken -= skipped;
    connection.backlog.append(*frame, skipped);
  }
  connection.due.clear();
  connection.isDirty = false;
  if (!connection.backlog.empty()) blocked_.push_back(&connection);
}

void Outlet::flushByRing() {
  std::size_t done = 0;
  while (done < dirty_.size()) {
    unsigned inFlight = 0;
    for (; done < dirty_.size() && inFlight < kRing; ++done, ++inFlight) {
      Connection& connection = *dirty_[done];
      gather(connection);
      io_uring_sqe* const entry = io_uring_get_sqe(&ring_);
      io_uring_prep_sendmsg(entry, connection.fd, &connection.message, MSG_NOSIGNAL | MSG_DONTWAIT);
      io_uring_sqe_set_data(entry, &connection);
    }
    io_uring_submit_and_wait(&ring_, inFlight);
    for (; inFlight > 0; --inFlight) {
      io_uring_cqe* entry = nullptr;
      if (io_uring_wait_cqe(&ring_, &entry) != 0) break;
      settle(*static_cast<Connection*>(io_uring_cqe_get_data(entry)), entry->res);
      io_uring_cqe_seen(&ring_, entry);
    }
  }
}

void Outlet::flush(std::vector<Connection*>& blocked) {
  // Bytes of a backlog go first, so a socket that has one only gets more of it.
  const auto hasBacklog = [this](Connection* connection) {
    if (connection->backlog.empty()) return false;
    settle(*connection, 0);
    return true;
  };
  std::erase_if(dirty_, hasBacklog);
  if (mode_ == Mode::kUring) {
    flushByRing();
  } else {
    for (Connection* const connection : dirty_) {
      gather(*connection);
      settle(*connection, sendmsg(connection->fd, &connection->message, MSG_NOSIGNAL));
    }
  }
  dirty_.clear();
  blocked.insert(blocked.end(), blocked_.begin(), blocked_.end());
  blocked_.clear();
}

bool Outlet::drain(Connection& connection) {
  std::string& backlog = connection.backlog;
  const ssize_t sent = send(connection.fd, backlog.data() + connection.drained,
                            backlog.size() - connection.drained, MSG_NOSIGNAL);
  if (sent > 0) connection.drained += static_cast<std::size_t>(sent);
  // Moved to the front only when half is gone: a long backlog would else be copied at every send.
  if (connection.drained * 2 >= backlog.size()) {
    backlog.erase(0, connection.drained);
    connection.drained = 0;
  }
  return backlog.empty();
}

}  // namespace rookery::bench::floor
