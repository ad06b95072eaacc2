#include "rookery/net/tcp_stream.h"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "rookery/base/check.h"
#include "rookery/base/log.h"

namespace rookery::net {
namespace {

constexpr std::size_t kFramesPerWrite = 256;
constexpr std::size_t kKeptQueueCapacity = 8;  // a burst's memory is given back
constexpr int kReadsOfReadNow = 64;

}  // namespace

std::string PeerAddress::text() const {
  char out[INET6_ADDRSTRLEN] = "";
  const bool mapped = IN6_IS_ADDR_V4MAPPED(reinterpret_cast<const in6_addr*>(bytes)) != 0;
  inet_ntop(mapped ? AF_INET : AF_INET6, mapped ? bytes + 12 : bytes, out, sizeof out);
  return out;
}

struct TcpStream::Closing {
  explicit Closing(TcpStream& stream)
      : timer(&stream, [](void* self) { static_cast<TcpStream*>(self)->abort(); }) {}
  Timer timer;
};

TcpStream::TcpStream(EpollLoop& loop, DetachedStream connected, const PeerAddress& peer)
    : loop_(loop),
      descriptor_(connected.descriptor),
      watched_(EPOLLIN),
      peer_(peer),
      tls_(std::move(connected.tls)) {
  if (!loop_.watch(descriptor_, watched_, *this)) readingPaused_ = true;
}

TcpStream::~TcpStream() {
  if (descriptor_ >= 0) close(descriptor_);
}

void TcpStream::setHandler(std::unique_ptr<Handler> handler) {
  loop_.destroyAtTurnEnd(std::exchange(handler_, std::move(handler)));
}

void TcpStream::send(SharedFrame frame) {
  loop_.assertHere();
  if (state_ != State::kOpen) return;
  queuedBytes_ += frame.wire().size();
  askForFlush(frame);
  queue_.push_back(std::move(frame));
}

/// What need not come at once waits for company when the stream was written to a moment ago: with a
/// thousand people who type, a system call for each of their events is most of what they cost.
/// Where little goes on, nothing waits.
void TcpStream::askForFlush(const SharedFrame& frame) {
  if (waitsForRoom_ || flushAsked_) return;
  const bool mayWait = frame.frameClass() != FrameClass::kMessage;
  if (mayWait && (flushAskedLater_ || loop_.now() - flushedAt_ < Loop::kCompany)) {
    if (!std::exchange(flushAskedLater_, true)) loop_.atLaterTurnEnd(*this);
    return;
  }
  flushAsked_ = true;
  loop_.atTurnEnd(*this);
}

void TcpStream::onTurnEnd() {
  // One call for each that asked; when both are due, it does not matter which is which.
  (flushAsked_ ? flushAsked_ : flushAskedLater_) = false;
  if (!joinBatch()) flush();
}

void TcpStream::dropQueued(const std::function<bool(const SharedFrame&)>& drops) {
  const std::size_t begun = std::max<std::size_t>(batched_, headOffset_ > 0 ? 1 : 0);
  const auto first =
      queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), head_ + begun));
  const auto kept = std::remove_if(first, queue_.end(), [&](const SharedFrame& frame) {
    if (!drops(frame)) return false;
    queuedBytes_ -= frame.wire().size();
    return true;
  });
  queue_.erase(kept, queue_.end());
}

void TcpStream::flush() {
  if (state_ == State::kClosed || waitsForRoom_) return;
  flushedAt_ = loop_.now();
  if (tls_ != nullptr) return flushTls();
  while (head_ < queue_.size()) {
    std::array<iovec, kFramesPerWrite> parts;
    const Gathered gathered = gather(parts);
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = gathered.parts;
    const ssize_t result = sendmsg(descriptor_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (!wrote(result < 0 ? -errno : result, gathered.bytes)) return;
  }
  allWritten();
}

bool TcpStream::joinBatch() {
  if (batched_ > 0) return true;
  const bool isPlain = state_ != State::kClosed && tls_ == nullptr && !waitsForRoom_;
  if (!isPlain || head_ == queue_.size()) return false;
  SendBatch* const batch = loop_.roomInBatch();
  if (batch == nullptr) return false;
  const Gathered gathered = gather(batch->parts());
  flushedAt_ = loop_.now();
  batched_ = static_cast<std::uint8_t>(gathered.parts);
  batch->add(*this, descriptor_, gathered.parts, gathered.bytes);
  return true;
}

void TcpStream::onSent(ssize_t result, std::size_t offered) {
  batched_ = 0;
  if (wrote(result, offered)) flush();  // what did not fit, and what follows from all being written
}

TcpStream::Gathered TcpStream::gather(std::span<iovec> parts) const {
  Gathered gathered;
  for (std::size_t i = head_; i < queue_.size() && gathered.parts < parts.size(); ++i) {
    std::string_view bytes = queue_[i].wire();
    if (i == head_) bytes.remove_prefix(headOffset_);
    parts[gathered.parts++] = {const_cast<char*>(bytes.data()), bytes.size()};
    gathered.bytes += bytes.size();
  }
  return gathered;
}

bool TcpStream::wrote(ssize_t result, std::size_t offered) {
  loop_.stats().writes.fetch_add(1, std::memory_order_relaxed);
  if (result == -EINTR) return true;  // the next one tries again
  if (result == -EAGAIN || result == -EWOULDBLOCK) {
    waitForRoom();
    return false;
  }
  if (result < 0) {
    abort();
    return false;
  }
  const auto bytes = static_cast<std::size_t>(result);
  loop_.stats().bytesOut.fetch_add(bytes, std::memory_order_relaxed);
  taken(bytes);
  if (bytes < offered) waitForRoom();
  return bytes == offered;
}

void TcpStream::waitForRoom() {
  waitsForRoom_ = true;
  updateWatch();
}

void TcpStream::flushTls() {
  while (head_ < queue_.size() || tls_->hasUnsent()) {
    if (!tls_->hasUnsent()) fillChunk();
    const std::size_t bytes = tls_->chunk().size();
    const TlsSession::Outcome outcome = tls_->write();
    loop_.stats().writes.fetch_add(1, std::memory_order_relaxed);
    if (outcome == TlsSession::Outcome::kWaits) return;  // what comes next goes on with it
    if (outcome == TlsSession::Outcome::kEnded) return abort();
    if (outcome == TlsSession::Outcome::kWantsRoom) return waitForRoom();
    loop_.stats().bytesOut.fetch_add(bytes, std::memory_order_relaxed);
  }
  allWritten();
}

/// Gathers what is queued into one record.
void TcpStream::fillChunk() {
  std::string& chunk = tls_->chunk();
  chunk.reserve(std::min(queuedBytes_, TlsSession::kChunkBytes));
  while (head_ < queue_.size() && chunk.size() < TlsSession::kChunkBytes) {
    const std::string_view bytes =
        queue_[head_].wire().substr(headOffset_, TlsSession::kChunkBytes - chunk.size());
    chunk += bytes;
    taken(bytes.size());
  }
}

void TcpStream::taken(std::size_t bytes) {
  queuedBytes_ -= bytes;
  while (bytes > 0) {
    const std::size_t rest = queue_[head_].wire().size() - headOffset_;
    if (bytes < rest) {
      headOffset_ += bytes;
      return;
    }
    bytes -= rest;
    queue_[head_] = SharedFrame();
    ++head_;
    headOffset_ = 0;
  }
}

void TcpStream::allWritten() {
  queue_.clear();
  head_ = headOffset_ = 0;
  if (queue_.capacity() > kKeptQueueCapacity) queue_.shrink_to_fit();
  const bool hadToWait = std::exchange(hadToWait_, false);
  if (hadToWait) updateWatch();
  if (state_ == State::kFlushing) {
    state_ = State::kLingering;
    if (tls_ != nullptr) tls_->close();
    shutdown(descriptor_, SHUT_WR);
    readingPaused_ = false;
    updateWatch();
  } else if ((std::exchange(tellsWhenDrained_, false) || hadToWait) && handler_ != nullptr) {
    handler_->onDrained();
  }
}

void TcpStream::updateWatch() {
  const bool reads = !readingPaused_ && state_ != State::kFlushing;
  const std::uint32_t wanted = (reads ? std::uint32_t{EPOLLIN} : std::uint32_t{EPOLLRDHUP}) |
                               (waitsForRoom_ ? std::uint32_t{EPOLLOUT} : 0U);
  if (wanted == watched_ || state_ == State::kClosed) return;
  watched_ = wanted;
  loop_.rewatch(descriptor_, watched_, *this);
}

void TcpStream::pauseReading(bool paused) {
  if (readingPaused_ == paused || state_ != State::kOpen) return;
  readingPaused_ = paused;
  updateWatch();
}

void TcpStream::onReady(std::uint32_t epollEvents) {
  if (state_ == State::kClosed) return;  // closed earlier in this turn
  if ((epollEvents & EPOLLOUT) != 0) {
    hadToWait_ = std::exchange(waitsForRoom_, false);
    flush();
  }
  if (state_ == State::kClosed) return;
  const bool mayRead = !readingPaused_ && state_ != State::kFlushing;
  if ((epollEvents & EPOLLIN) != 0 && mayRead) {
    readOnce();
    if (tls_ != nullptr) flush();  // it may have waited for the handshake
  } else if ((epollEvents & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0) {
    abort();
  }
}

bool TcpStream::readOnce() {
  std::vector<std::uint8_t> buffer = loop_.takeReceiveBuffer();
  if (tls_ != nullptr) {
    const bool mayBeMore = readTls(buffer);
    loop_.giveBackReceiveBuffer(std::move(buffer));
    return mayBeMore;
  }
  const ssize_t got = recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  const bool wouldBlock = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  if (got > 0 && state_ == State::kOpen) {  // while lingering, what still comes is of no use
    loop_.stats().bytesIn.fetch_add(static_cast<std::uint64_t>(got), std::memory_order_relaxed);
    if (handler_ != nullptr) handler_->onData({buffer.data(), static_cast<std::size_t>(got)});
  } else if (got <= 0 && !wouldBlock) {
    abort();
  }
  const bool mayBeMore = got > 0 && static_cast<std::size_t>(got) == buffer.size();
  loop_.giveBackReceiveBuffer(std::move(buffer));
  return mayBeMore && state_ == State::kOpen;
}

bool TcpStream::readTls(std::vector<std::uint8_t>& buffer) {
  std::size_t got = 0;
  switch (tls_->read(buffer, got)) {
    case TlsSession::Outcome::kWaits:
      return false;
    case TlsSession::Outcome::kWantsRoom:  // in the handshake
      waitForRoom();
      return false;
    case TlsSession::Outcome::kEnded:
      if (!tls_->failure().empty()) {
        base::log::limited(base::log::Level::kInfo, "a TLS connection failed",
                           {{"peer", peer_.text()}, {"error", tls_->failure()}});
      }
      abort();
      return false;
    case TlsSession::Outcome::kDone:
      break;
  }
  loop_.stats().bytesIn.fetch_add(got, std::memory_order_relaxed);
  if (state_ == State::kOpen && handler_ != nullptr) handler_->onData({buffer.data(), got});
  return state_ == State::kOpen;
}

void TcpStream::readNow() {
  for (int i = 0; i < kReadsOfReadNow && state_ == State::kOpen && !readingPaused_; ++i) {
    if (!readOnce()) return;
  }
}

void TcpStream::closeAfterFlush(std::chrono::milliseconds patience) {
  if (state_ != State::kOpen) return;
  state_ = State::kFlushing;
  closing_ = std::make_unique<Closing>(*this);
  loop_.arm(closing_->timer, patience);
  updateWatch();
  if (!waitsForRoom_ && !flushAsked_) {
    flushAsked_ = true;
    loop_.atTurnEnd(*this);
  }
}

void TcpStream::abort() {
  loop_.assertHere();
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  if (flushAsked_ || flushAskedLater_) loop_.forgetTurnEnd(*this);
  if (batched_ > 0) loop_.forgetInBatch(*this);
  loop_.unwatch(descriptor_);
  close(std::exchange(descriptor_, -1));
  queue_.clear();
  queuedBytes_ = 0;
  if (closing_ != nullptr) closing_->timer.cancel();
  if (handler_ != nullptr) handler_->onClosed();
  loop_.disown(*this);
}

DetachedStream TcpStream::detach() {
  ROOKERY_DCHECK(queuedBytes() == 0);
  state_ = State::kClosed;
  if (flushAsked_ || flushAskedLater_) loop_.forgetTurnEnd(*this);
  loop_.unwatch(descriptor_);
  loop_.disown(*this);
  return {std::exchange(descriptor_, -1), std::move(tls_)};
}

}  // namespace rookery::net
