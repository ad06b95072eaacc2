#include "rookery/net/send_batch.h"

#include <liburing.h>

#include <cerrno>
#include <system_error>

#include "rookery/base/log.h"
#include "rookery/net/tcp_stream.h"

namespace rookery::net {
namespace {

constexpr int kFlags = MSG_NOSIGNAL | MSG_DONTWAIT;
constexpr ssize_t kUnsent = -ECANCELED;
/// Below, a ring saves nothing that could be measured.
constexpr std::size_t kWorthARing = 4;

}  // namespace

std::unique_ptr<SendBatch> SendBatch::open() {
  auto ring = std::make_unique<io_uring>();
  const int failure = io_uring_queue_init(kSends, ring.get(), 0);
  if (failure != 0) {
    base::log::limited(base::log::Level::kInfo,
                       "no io_uring here: every socket is written to by a call of its own",
                       {{"error", std::system_category().message(-failure)}});
    return nullptr;
  }
  std::unique_ptr<SendBatch> batch(new SendBatch());
  batch->ring_.reset(ring.release());
  return batch;
}

SendBatch::SendBatch() : sends_(kSends) {}
SendBatch::~SendBatch() = default;

void SendBatch::CloseRing::operator()(io_uring* ring) const {
  io_uring_queue_exit(ring);
  delete ring;
}

void SendBatch::add(TcpStream& stream, int descriptor, std::size_t parts, std::size_t bytes) {
  Send& send = sends_[count_++];
  send.stream = &stream;
  send.descriptor = descriptor;
  send.bytes = bytes;
  send.result = kUnsent;
  send.message = {};
  send.message.msg_iov = send.parts.data();
  send.message.msg_iovlen = parts;
}

void SendBatch::forget(const TcpStream& stream) {
  for (std::size_t i = 0; i < count_; ++i) {
    if (sends_[i].stream == &stream) sends_[i].stream = nullptr;
  }
}

void SendBatch::submit() {
  if (ring_ != nullptr && count_ >= kWorthARing && !submitToRing()) {
    base::log::warn("io_uring failed; sockets are written to one by one",
                    {{"error", std::system_category().message(errno)}});
    ring_.reset();
  }
  for (std::size_t i = 0; i < count_; ++i) {
    Send& send = sends_[i];
    if (send.stream == nullptr) continue;
    if (send.result == kUnsent) {
      send.result = sendmsg(send.descriptor, &send.message, kFlags);
      if (send.result < 0) send.result = -errno;
    }
    send.stream->onSent(send.result, send.bytes);
  }
  count_ = 0;
}

void SendBatch::prepare(Send& send) {
  io_uring_sqe* const entry = io_uring_get_sqe(ring_.get());  // as many as there are sends
  const msghdr& message = send.message;
  if (message.msg_iovlen == 1) {  // spares the kernel the copy of a message's head
    io_uring_prep_send(entry, send.descriptor, message.msg_iov->iov_base, message.msg_iov->iov_len,
                       kFlags);
  } else {
    io_uring_prep_sendmsg(entry, send.descriptor, &message, kFlags);
  }
  io_uring_sqe_set_data(entry, &send);
}

/// False when the ring is of no use any more; what has no result then was not sent.
bool SendBatch::submitToRing() {
  std::size_t open = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (sends_[i].stream == nullptr) continue;
    prepare(sends_[i]);
    ++open;
  }
  while (open > 0) {
    const int taken = io_uring_submit_and_wait(ring_.get(), static_cast<unsigned>(open));
    unsigned head = 0;
    unsigned seen = 0;
    io_uring_cqe* result = nullptr;
    io_uring_for_each_cqe(ring_.get(), head, result) {
      static_cast<Send*>(io_uring_cqe_get_data(result))->result = result->res;
      ++seen;
    }
    io_uring_cq_advance(ring_.get(), seen);
    open -= seen;
    if (seen == 0 && taken != -EINTR) {
      errno = taken < 0 ? -taken : EIO;
      return false;
    }
  }
  return true;
}

}  // namespace rookery::net
