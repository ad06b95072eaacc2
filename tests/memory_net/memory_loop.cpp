#include "fuzz/loop.h"

#include <algorithm>
#include <utility>

#include "fuzz/target.h"

namespace rookery::fuzz {
namespace {

constexpr std::size_t kMostOutput = 1 << 16;  // the beginning is looked at

}  // namespace

FuzzLoop::FuzzLoop(test::ManualClock& clock, base::Random& random)
    : Loop(0, clock, random), clock_(clock) {
  bindToThisThread();
}

FuzzLoop::~FuzzLoop() {
  dropWork();
  endTurn();
}

FuzzStream& FuzzLoop::connect(net::HttpServerContext& context) {
  streams_.push_back(std::make_unique<FuzzStream>(*this));
  FuzzStream& stream = *streams_.back();
  stream.setHandler(std::make_unique<net::HttpConnection>(stream, context));
  return stream;
}

void FuzzLoop::turn(const std::function<void()>& input) {
  constexpr int kMostTurns = 100;
  for (int turns = 0; turns < kMostTurns; ++turns) {
    awake();
    runDue();
    if (turns == 0 && input) input();
    endTurn();
    if (prepareToSleep().count() > 0) return;
  }
  require(false, "the loop comes to rest");
}

void FuzzLoop::advance(std::chrono::milliseconds by) {
  clock_.advance(by);
  turn();
}

net::Loop& FuzzStream::loop() { return loop_; }

void FuzzStream::send(net::SharedFrame frame) {
  if (closed_ || closing_) return;
  queuedBytes_ += frame.wire().size();
  queue_.push_back(std::move(frame));
  if (!std::exchange(asked_, true)) loop_.atTurnEnd(*this);
}

void FuzzStream::onTurnEnd() {
  asked_ = false;
  flushNow();
}

void FuzzStream::flushNow() {
  if (closed_) return;
  while (peerReads_ && !queue_.empty()) {
    const net::SharedFrame frame = std::move(queue_.front());
    queue_.pop_front();
    queuedBytes_ -= frame.wire().size();
    output_.append(frame.wire().substr(0, kMostOutput - std::min(kMostOutput, output_.size())));
  }
  if (!queue_.empty()) {
    waits_ = true;
  } else if (closing_) {
    abort();
  } else if (std::exchange(waits_, false) && handler_ != nullptr) {
    handler_->onDrained();
  }
}

void FuzzStream::dropQueued(const std::function<bool(const net::SharedFrame&)>& drops) {
  std::erase_if(queue_, [&](const net::SharedFrame& frame) {
    if (!drops(frame)) return false;
    queuedBytes_ -= frame.wire().size();
    return true;
  });
}

void FuzzStream::closeAfterFlush(std::chrono::milliseconds patience) {
  if (closed_ || std::exchange(closing_, true)) return;
  if (!std::exchange(asked_, true)) loop_.atTurnEnd(*this);
  loop_.postAfter(patience, [this] { abort(); });
}

void FuzzStream::abort() {
  if (std::exchange(closed_, true)) return;
  if (std::exchange(asked_, false)) loop_.forgetTurnEnd(*this);
  queue_.clear();
  queuedBytes_ = 0;
  if (handler_ == nullptr) return;
  handler_->onClosed();
  loop_.destroyAtTurnEnd(std::move(handler_));
}

void FuzzStream::pauseReading(bool paused) {
  paused_ = paused;
  if (!paused) readNow();
}

void FuzzStream::readNow() {
  while (!paused_ && !closed_ && !closing_ && !arrived_.empty() && handler_ != nullptr) {
    std::string bytes = std::exchange(arrived_, {});
    handler_->onData({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  }
}

void FuzzStream::setHandler(std::unique_ptr<Handler> handler) {
  loop_.destroyAtTurnEnd(std::exchange(handler_, std::move(handler)));
}

void FuzzStream::arrive(std::string_view bytes) {
  if (closed_) return;
  arrived_ += bytes;
  readNow();
}

void FuzzStream::setPeerReads(bool reads) {
  peerReads_ = reads;
  if (reads) flushNow();
}

}  // namespace rookery::fuzz
