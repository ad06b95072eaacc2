#include "memory_net/memory_loop.h"

#include <algorithm>
#include <utility>

namespace rookery::test {
namespace {

constexpr std::size_t kKeptQueueCapacity = 8;  // as net::TcpStream

}  // namespace

MemoryLoop::MemoryLoop(const base::Clock& clock, base::Random& random, std::size_t mostOutput)
    : Loop(0, clock, random), mostOutput_(mostOutput) {
  bindToThisThread();
}

MemoryLoop::~MemoryLoop() {
  dropWork();
  endTurn();
}

MemoryStream& MemoryLoop::connect(net::HttpServerContext& context) {
  streams_.push_back(std::make_unique<MemoryStream>(*this));
  MemoryStream& stream = *streams_.back();
  stream.setHandler(std::make_unique<net::HttpConnection>(stream, context));
  return stream;
}

std::chrono::milliseconds MemoryLoop::turn(const std::function<void()>& input, int most) {
  std::chrono::milliseconds rest{0};
  for (int turns = 0; turns < most && rest.count() == 0; ++turns) {
    awake();
    runDue();
    if (turns == 0 && input) input();
    endTurn();
    rest = prepareToSleep();
  }
  return rest;
}

void MemoryLoop::wake() {
  {
    const std::lock_guard lock(mutex_);
    isWoken_ = true;
  }
  woken_.notify_one();
}

void MemoryLoop::sleep(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, most, [this] { return isWoken_; });
  isWoken_ = false;
}

net::Loop& MemoryStream::loop() { return loop_; }

void MemoryStream::send(net::SharedFrame frame) {
  if (closed_ || closing_) return;
  queuedBytes_ += frame.wire().size();
  queue_.push_back(std::move(frame));
  if (!std::exchange(asked_, true)) loop_.atTurnEnd(*this);
}

void MemoryStream::onTurnEnd() {
  asked_ = false;
  flushNow();
}

void MemoryStream::flushNow() {
  if (closed_) return;
  std::size_t written = 0;
  while (peerReads_ && written < queue_.size()) {
    const net::SharedFrame frame = std::move(queue_[written++]);
    queuedBytes_ -= frame.wire().size();
    if (listener_) {
      listener_(frame.wire());
      continue;
    }
    const std::size_t room = loop_.mostOutput_ - std::min(loop_.mostOutput_, output_.size());
    output_.append(frame.wire().substr(0, room));
  }
  // Who listens may have ended the stream, and its queue with it.
  written = std::min(written, queue_.size());
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(written));
  if (queue_.empty() && queue_.capacity() > kKeptQueueCapacity) queue_.shrink_to_fit();
  if (!queue_.empty()) {
    waits_ = true;
  } else if (closing_) {
    abort();
  } else if (std::exchange(waits_, false) && handler_ != nullptr) {
    handler_->onDrained();
  }
}

void MemoryStream::dropQueued(const std::function<bool(const net::SharedFrame&)>& drops) {
  std::erase_if(queue_, [&](const net::SharedFrame& frame) {
    if (!drops(frame)) return false;
    queuedBytes_ -= frame.wire().size();
    return true;
  });
}

void MemoryStream::closeAfterFlush(std::chrono::milliseconds patience) {
  if (closed_ || std::exchange(closing_, true)) return;
  if (!std::exchange(asked_, true)) loop_.atTurnEnd(*this);
  loop_.postAfter(patience, [this] { abort(); });
}

void MemoryStream::abort() {
  if (std::exchange(closed_, true)) return;
  if (std::exchange(asked_, false)) loop_.forgetTurnEnd(*this);
  queue_.clear();
  queuedBytes_ = 0;
  if (handler_ == nullptr) return;
  handler_->onClosed();
  loop_.destroyAtTurnEnd(std::move(handler_));
}

void MemoryStream::pauseReading(bool paused) {
  paused_ = paused;
  if (!paused) readNow();
}

void MemoryStream::readNow() {
  while (!paused_ && !closed_ && !closing_ && !arrived_.empty() && handler_ != nullptr) {
    std::string bytes = std::exchange(arrived_, {});
    handler_->onData({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  }
}

void MemoryStream::setHandler(std::unique_ptr<Handler> handler) {
  loop_.destroyAtTurnEnd(std::exchange(handler_, std::move(handler)));
}

void MemoryStream::arrive(std::string_view bytes) {
  if (closed_) return;
  arrived_ += bytes;
  readNow();
}

void MemoryStream::setPeerReads(bool reads) {
  peerReads_ = reads;
  if (reads) flushNow();
}

}  // namespace rookery::test
