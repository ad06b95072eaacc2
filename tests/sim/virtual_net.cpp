#include "sim/virtual_net.h"

#include <algorithm>
#include <utility>

#include "rookery/base/check.h"

namespace rookery::sim {
namespace {

constexpr std::size_t kSocketBuffer = 8 * 1024;  // small, so that slow readers fill it
constexpr std::uint64_t kLongestDelayMs = 20;

}  // namespace

SimLoop::SimLoop(unsigned index, Scheduler& scheduler, SeededRandom& random)
    : Loop(index, scheduler, random),
      scheduler_(scheduler),
      random_(random),
      thread_(scheduler.spawn("loop-" + std::to_string(index), [this] { body(); })) {}

void SimLoop::body() {
  bindToThisThread();
  while (!stopping_) {
    awake();
    runDue();
    for (std::size_t i = input_.size(); i > 0; --i) {
      const auto one = std::move(input_.front());
      input_.pop_front();
      one();
    }
    runDue();
    endTurn();
    const milliseconds wait = prepareToSleep();
    if (wait.count() == 0 || !input_.empty()) {
      scheduler_.giveWay();
    } else {
      scheduler_.sleepUntil(scheduler_.steady() + wait);
    }
  }
  while (!streams_.empty()) {
    streams_.back()->abort();
    endTurn();
  }
  runDue();
  endTurn();
}

void SimLoop::wake() { scheduler_.wake(thread_); }

void SimLoop::stop() {
  stopping_ = true;
  wake();
}

/// The client's end. What it does comes to the loop after a delay of the scheduler's choice.
class VirtualLine final : public witness::Line {
 public:
  VirtualLine(SimLoop& loop, CableRef cable) : loop_(loop), cable_(std::move(cable)) {}
  ~VirtualLine() override { cable_->peer = nullptr; }
  void send(std::string bytes) override { loop_.send(cable_, std::move(bytes)); }
  void cut() override { loop_.cut(cable_); }
  void setReading(bool reads) override { loop_.setReading(cable_, reads); }

 private:
  SimLoop& loop_;
  const CableRef cable_;
};

std::unique_ptr<witness::Line> SimLoop::connect(Peer& peer, net::HttpServerContext& context) {
  auto cable = std::make_shared<Cable>();
  cable->peer = &peer;
  input_.emplace_back([this, cable, &context] {
    if (cable->peer == nullptr) return;
    auto made = std::make_unique<VirtualStream>(*this, cable);
    VirtualStream& stream = *made;
    cable->stream = &stream;
    streams_.push_back(std::move(made));
    stream.setHandler(std::make_unique<net::HttpConnection>(stream, context));
  });
  wake();
  return std::make_unique<VirtualLine>(*this, cable);
}

void SimLoop::send(const CableRef& cable, std::string bytes) {
  input_.emplace_back([cable, bytes = std::move(bytes)] {
    if (cable->stream != nullptr) cable->stream->onArrival(bytes);
  });
  wake();
}

void SimLoop::cut(CableRef cable) {
  cable->peer = nullptr;
  input_.emplace_back([cable] {
    if (cable->stream != nullptr) cable->stream->abort();
  });
  wake();
}

void SimLoop::setReading(CableRef cable, bool reads) {
  cable->clientReads = reads;
  while (cable->clientReads && cable->peer != nullptr && !cable->unread.empty()) {
    const std::string bytes = std::move(cable->unread.front());
    cable->unread.pop_front();
    deliver(cable, bytes);
  }
}

void SimLoop::deliver(const CableRef& cable, std::string bytes) {
  if (!cable->clientReads) {
    cable->unread.push_back(std::move(bytes));
    return;
  }
  cable->underWay -= bytes.size();
  input_.emplace_back([cable] {
    if (cable->stream != nullptr) cable->stream->onRoom();
  });
  wake();
  if (cable->peer != nullptr) cable->peer->onBytes(bytes);
}

void SimLoop::disown(VirtualStream& stream) {
  const auto at = std::find_if(streams_.begin(), streams_.end(),
                               [&](const auto& one) { return one.get() == &stream; });
  if (at == streams_.end()) return;
  destroyAtTurnEnd(std::move(*at));
  streams_.erase(at);
}

VirtualStream::VirtualStream(SimLoop& loop, CableRef cable)
    : loop_(loop), cable_(std::move(cable)) {}

void VirtualStream::send(net::SharedFrame frame) {
  if (closed_ || closing_) return;
  queuedBytes_ += frame.wire().size();
  queue_.push_back(std::move(frame));
  if (!std::exchange(flushAsked_, true)) loop_.atTurnEnd(*this);
}

void VirtualStream::onTurnEnd() {
  flushAsked_ = false;
  flush();
}

void VirtualStream::flush() {
  while (!closed_ && !queue_.empty() && cable_->underWay < kSocketBuffer) {
    std::string_view bytes = queue_.front().wire();
    bytes.remove_prefix(headOffset_);
    // As a kernel may: no more than there is room for, wherever that cuts a frame.
    bytes = bytes.substr(0, kSocketBuffer - cable_->underWay);
    std::string part(bytes);
    headOffset_ += part.size();
    queuedBytes_ -= part.size();
    if (headOffset_ == queue_.front().wire().size()) {
      queue_.pop_front();
      headOffset_ = 0;
    }
    cable_->underWay += part.size();
    const auto now = loop_.scheduler_.steady();
    const auto soonest = now + milliseconds(loop_.random_.below(kLongestDelayMs));
    cable_->arrivesAt = std::max(cable_->arrivesAt, soonest);
    const auto delay = std::chrono::duration_cast<milliseconds>(cable_->arrivesAt - now);
    loop_.scheduler_.after(delay, [loop = &loop_, cable = cable_, part = std::move(part)] {
      loop->deliver(cable, part);
    });
  }
  if (!queue_.empty()) {
    hadToWait_ = true;
    return;
  }
  if (closing_) {
    abort();
  } else if (std::exchange(hadToWait_, false) && handler_ != nullptr) {
    handler_->onDrained();
  }
}

void VirtualStream::dropQueued(const std::function<bool(const net::SharedFrame&)>& drops) {
  const auto begun = headOffset_ > 0 ? 1 : 0;  // the partly written head stays
  const auto gone = std::remove_if(queue_.begin() + begun, queue_.end(), [&](const auto& frame) {
    if (!drops(frame)) return false;
    queuedBytes_ -= frame.wire().size();
    return true;
  });
  queue_.erase(gone, queue_.end());
}

void VirtualStream::closeAfterFlush(milliseconds patience) {
  if (closed_ || std::exchange(closing_, true)) return;
  if (!std::exchange(flushAsked_, true)) loop_.atTurnEnd(*this);
  loop_.postAfter(patience, [cable = cable_] {
    if (cable->stream != nullptr) cable->stream->abort();
  });
}

void VirtualStream::abort() {
  if (std::exchange(closed_, true)) return;
  if (flushAsked_) loop_.forgetTurnEnd(*this);
  queue_.clear();
  queuedBytes_ = 0;
  cable_->stream = nullptr;
  const auto delay =
      std::max(cable_->arrivesAt, loop_.scheduler_.steady()) - loop_.scheduler_.steady();
  loop_.scheduler_.after(std::chrono::ceil<milliseconds>(delay), [cable = cable_] {
    if (cable->peer != nullptr) std::exchange(cable->peer, nullptr)->onCut();
  });
  if (handler_ != nullptr) handler_->onClosed();
  loop_.disown(*this);
}

void VirtualStream::pauseReading(bool paused) {
  paused_ = paused;
  if (!paused) readNow();
}

void VirtualStream::readNow() {
  while (!paused_ && !closed_ && !closing_ && !arrived_.empty()) {
    std::string bytes = std::move(arrived_.front());
    arrived_.pop_front();
    if (handler_ == nullptr) continue;
    handler_->onData({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  }
}

void VirtualStream::setHandler(std::unique_ptr<Handler> handler) {
  loop_.destroyAtTurnEnd(std::exchange(handler_, std::move(handler)));
}

net::DetachedStream VirtualStream::detach() {
  ROOKERY_CHECK(false);  // only a request of a known session moves, and WebSockets are none
  return {};
}

void VirtualStream::onArrival(std::string bytes) {
  arrived_.push_back(std::move(bytes));
  readNow();
}

void VirtualStream::onRoom() {
  if (!queue_.empty()) flush();
}

}  // namespace rookery::sim
