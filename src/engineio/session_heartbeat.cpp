#include <algorithm>

#include "rookery/engineio/engine.h"
#include "rookery/engineio/session.h"

/// A session's pings (protocol.md 2.5).
namespace rookery::engineio {
namespace {

constexpr std::chrono::milliseconds kLongInterval{5'000};
constexpr std::chrono::milliseconds kTogether{100};

/// Pings of the same tenth of a second leave in one turn, and their pongs come back to one: waking
/// up costs more than either.
base::SteadyTime together(base::SteadyTime due) { return due - due.time_since_epoch() % kTogether; }

const net::SharedFrame& pingFrame() {
  static const net::SharedFrame frame = net::SharedFrame::text("2");
  return frame;
}

}  // namespace

void Session::startHeartbeat() {
  awaitingPong_ = false;
  const Options& options = engine_.options();
  if (revision_ == Revision::k3) {  // the client pings
    loop().arm(heartbeat_, options.pingInterval + options.pingTimeout);
    return;
  }
  const bool isFirst = pingDue_ == base::SteadyTime();
  const base::SteadyTime now = loop().now();
  pingDue_ = now + (isFirst ? firstPing(options.pingInterval) : options.pingInterval);
  if (options.pingInterval >= kLongInterval) pingDue_ = together(pingDue_);
  loop().arm(heartbeat_, std::chrono::ceil<std::chrono::milliseconds>(pingDue_ - now));
}

/// Those who came together are not to be pinged together, for ever after: the first ping comes when
/// 50 to 100 % of an interval have passed, unless that is short.
std::chrono::milliseconds Session::firstPing(std::chrono::milliseconds interval) const {
  if (interval < kLongInterval) return interval;
  const auto half = static_cast<std::uint64_t>((interval / 2 - kTogether).count());
  return interval - std::chrono::milliseconds(loop().random().next64() % (half + 1));
}

void Session::onHeartbeat() {
  if (closed_) {  // nobody came for the close packet
    engine_.remove(*this);
    return;
  }
  if (awaitingPong_ || revision_ == Revision::k3) {
    close(CloseReason::kPingTimeout);
    return;
  }
  awaitingPong_ = true;
  // A ping that went out late does not make the session live longer, but the peer always has half
  // of its time to answer, however long a busy loop held the ping up.
  const auto late = std::chrono::floor<std::chrono::milliseconds>(loop().now() - pingDue_);
  const std::chrono::milliseconds timeout = engine_.options().pingTimeout;
  loop().arm(heartbeat_, timeout - std::clamp(late, std::chrono::milliseconds(0), timeout / 2));
  if (handler_ != nullptr) handler_->onPing(false);
  send(pingFrame());
}

void Session::onPing(const Packet& packet) {
  if (revision_ == Revision::k4) {
    close(CloseReason::kTransportError);
    return;
  }
  startHeartbeat();
  send(net::SharedFrame::text(std::string("3").append(packet.data)));
}

void Session::onPong() {
  if (revision_ == Revision::k3) {
    close(CloseReason::kTransportError);
    return;
  }
  // One that nobody asked for is harmless (protocol.md 2.5).
  if (!awaitingPong_) return;
  if (handler_ != nullptr) handler_->onPing(true);
  startHeartbeat();
}

}  // namespace rookery::engineio
