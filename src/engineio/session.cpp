#include "rookery/engineio/session.h"

#include <algorithm>
#include <utility>

#include "rookery/base/encoding.h"
#include "rookery/base/json_writer.h"
#include "rookery/engineio/engine.h"
#include "rookery/engineio/revision3.h"

namespace rookery::engineio {
namespace {

constexpr std::chrono::milliseconds kClosePacketPatience{30'000};  // protocol.md 2.4

net::CloseCode closeCodeOf(CloseReason reason) {
  switch (reason) {
    case CloseReason::kShuttingDown:
      return net::CloseCode::kGoingAway;
    case CloseReason::kSlowConsumer:
      return net::CloseCode::kPolicy;
    case CloseReason::kTransportError:
    case CloseReason::kTransportClose:
    case CloseReason::kForcedClose:
    case CloseReason::kPingTimeout:
    case CloseReason::kParseError:
      return net::CloseCode::kNone;
  }
  return net::CloseCode::kNone;
}

}  // namespace

std::string_view closeReasonText(CloseReason reason) {
  switch (reason) {
    case CloseReason::kTransportError:
      return "transport error";
    case CloseReason::kTransportClose:
      return "transport close";
    case CloseReason::kForcedClose:
      return "forced close";
    case CloseReason::kPingTimeout:
      return "ping timeout";
    case CloseReason::kParseError:
      return "parse error";
    case CloseReason::kSlowConsumer:
      return "slow consumer";
    case CloseReason::kShuttingDown:
      return "server shutting down";
  }
  return "transport error";
}

/// A WebSocket that wants to become the session's transport (protocol.md 2.6).
class Session::Probe final : public net::WebSocketConnection::Handler {
 public:
  Probe(Session& session, net::WebSocketConnection& webSocket)
      : session_(session), webSocket_(webSocket), timeout_(this, [](void* self) {
          static_cast<Probe*>(self)->webSocket_.close(net::CloseCode::kNone);
        }) {
    webSocket_.setHandler(this);
    session_.loop().arm(timeout_, session_.engine_.options().upgradeTimeout);
  }
  /// The WebSocket is no longer this object's to listen to.
  net::WebSocketConnection& release() {
    timeout_.cancel();
    webSocket_.setHandler(nullptr);
    return webSocket_;
  }

  [[nodiscard]] bool isConfirmed() const { return confirmed_; }
  [[nodiscard]] net::WebSocketConnection& webSocket() { return webSocket_; }

 private:
  void onMessage(bool binary, std::span<const std::uint8_t> payload) override {
    const std::string_view text = base::asText(payload);
    if (!binary && text == "2probe") {
      confirmed_ = true;
      webSocket_.send(net::SharedFrame::text("3probe"));
      if (session_.poll_ != nullptr) session_.askForFlush();
    } else if (!binary && text == "5" && confirmed_) {
      session_.switchTo(webSocket_);  // ends this object at the end of the turn
    } else {
      webSocket_.close(net::CloseCode::kNone);
    }
  }
  void onEnd(const net::WebSocketEnd&) override {
    timeout_.cancel();
    session_.dropProbe();
  }

  Session& session_;
  net::WebSocketConnection& webSocket_;
  net::Timer timeout_;
  bool confirmed_ = false;
};

Session::Session(Engine& engine, std::string_view sid, net::HttpHead head,
                 const net::PeerAddress& peer, Revision revision)
    : engine_(engine),
      sid_(sid),
      handshakeHead_(std::make_unique<net::HttpHead>(std::move(head))),
      peer_(peer),
      issued_(engine.loop().clock().wall()),
      heartbeat_(this, [](void* self) { static_cast<Session*>(self)->onHeartbeat(); }),
      revision_(revision) {}

Session::~Session() {
  if (webSocket_ != nullptr) webSocket_->setHandler(nullptr);
}

net::Loop& Session::loop() const { return engine_.loop(); }

const net::HttpHead& Session::handshakeHead() const {
  static const net::HttpHead kForgotten;
  return handshakeHead_ != nullptr ? *handshakeHead_ : kForgotten;
}

void Session::setHandler(std::unique_ptr<SessionHandler> handler) { handler_ = std::move(handler); }

net::SharedFrame Session::openPacket(bool mayUpgrade) const {
  const Options& options = engine_.options();
  net::FrameBuilder frame;
  frame.text() += '0';
  base::JsonWriter json(frame.text());
  json.beginObject().key("sid").string(sid());
  json.key("upgrades").beginArray();
  if (mayUpgrade && options.allowUpgrades) json.string("websocket");
  json.endArray();
  json.key("pingInterval").number(std::int64_t{options.pingInterval.count()});
  json.key("pingTimeout").number(std::int64_t{options.pingTimeout.count()});
  json.key("maxPayload").number(std::uint64_t{options.maxHttpBufferSize});
  json.endObject();
  return frame.finish();
}

void Session::openOver(net::WebSocketConnection& webSocket) {
  webSocket_ = &webSocket;
  webSocket.setHandler(this);
  webSocket.send(openPacket(false));
  startHeartbeat();
  if (handler_ != nullptr) handler_->onOpen();
}

void Session::send(const net::SharedFrame& frame) {
  if (closed_) return;
  const std::size_t queued = webSocket_ != nullptr ? webSocket_->queuedBytes() : queuedBytes_;
  const std::size_t limit = engine_.options().maxQueuedBytes;
  if (queued + frame.wire().size() > limit && queued > 0) {
    closeSlowConsumer(queued);
    return;
  }
  if (frame.frameClass() != net::FrameClass::kMessage || queued > limit / 4) {
    if (isShed(frame, queued + frame.wire().size())) return;
  }
  sendNow(frame);
}

void Session::sendNow(const net::SharedFrame& frame) {
  if (webSocket_ != nullptr) {
    webSocket_->send(revision_ == Revision::k3 ? frame.withTypeBytes() : frame);
    return;
  }
  queuedBytes_ += frame.wire().size();
  queue_.push_back(frame);
  if (poll_ != nullptr) askForFlush();
}

bool Session::hasBacklog() const {
  return webSocket_ != nullptr ? webSocket_->hasBacklog() : poll_ == nullptr && !queue_.empty();
}

bool Session::hasUntaken() const {
  return webSocket_ != nullptr ? webSocket_->queuedBytes() > 0 : hasBacklog();
}

bool Session::isShed(const net::SharedFrame& frame, std::size_t queuedBytes) {
  constexpr std::size_t kParts = 4;  // typing goes at the first of them, presence, receipts
  const std::size_t part = queuedBytes * kParts / engine_.options().maxQueuedBytes;
  const auto level = static_cast<std::uint8_t>(std::min(part, kParts - 1));
  if (level > shedsBelow_) {
    shedsBelow_ = level;
    if (webSocket_ != nullptr) webSocket_->tellWhenDrained();
    shedQueued();
  }
  const bool isVolatile = frame.frameClass() == net::FrameClass::kTyping;
  const bool sheds =
      static_cast<std::uint8_t>(frame.frameClass()) < shedsBelow_ || (isVolatile && hasBacklog());
  if (sheds && handler_ != nullptr) handler_->onShed(frame);
  return sheds;
}

void Session::shedQueued() {
  const auto drops = [this](const net::SharedFrame& frame) {
    if (static_cast<std::uint8_t>(frame.frameClass()) >= shedsBelow_) return false;
    if (handler_ != nullptr) handler_->onShed(frame);
    return true;
  };
  if (webSocket_ != nullptr) {
    webSocket_->dropQueued(drops);
    return;
  }
  std::erase_if(queue_, [&](const net::SharedFrame& frame) {
    if (!drops(frame)) return false;
    queuedBytes_ -= frame.wire().size();
    return true;
  });
}

void Session::noteDrained() {
  if (std::exchange(shedsBelow_, std::uint8_t{0}) > 0 && handler_ != nullptr) {
    handler_->onDrained();
  }
}

void Session::onDrained() { noteDrained(); }

bool Session::isWritable() const {
  if (closed_) return false;
  if (webSocket_ != nullptr) return webSocket_->queuedBytes() == 0;
  return poll_ != nullptr;
}

void Session::closeSlowConsumer(std::size_t queuedBytes) {
  const std::size_t limit = engine_.options().maxQueuedBytes;
  net::SharedFrame last =
      handler_ != nullptr ? handler_->slowConsumerFrame(queuedBytes, limit) : net::SharedFrame();
  if (webSocket_ != nullptr) {
    webSocket_->dropQueued([](const net::SharedFrame&) { return true; });
    if (last) webSocket_->send(last);
  } else {
    queue_.clear();
    queuedBytes_ = 0;
    if (last) queue_.push_back(last);
  }
  close(CloseReason::kSlowConsumer);
}

void Session::onPacket(const Packet& packet) {
  switch (packet.type) {
    case PacketType::kMessage:
      if (handler_ != nullptr) handler_->onMessage(packet.binary, packet.data);
      return;
    case PacketType::kPing:
      onPing(packet);
      return;
    case PacketType::kPong:
      onPong();
      return;
    case PacketType::kClose:
      peerTookAll_ = !hasUntaken();
      close(CloseReason::kTransportClose);
      return;
    case PacketType::kNoop:
      return;
    case PacketType::kOpen:
    case PacketType::kUpgrade:
      close(CloseReason::kTransportError);
      return;
  }
}

void Session::onMessage(bool binary, std::span<const std::uint8_t> payload) {
  if (closed_) return;
  std::string decoded;
  std::optional<Packet> packet;
  if (!binary) {
    packet = decodePacket(base::asText(payload), decoded);
  } else if (revision_ == Revision::k3) {
    packet = decodeBinary3(base::asText(payload));
  } else {
    packet = Packet{PacketType::kMessage, true, base::asText(payload)};
  }
  if (!packet) {
    close(CloseReason::kParseError);
    return;
  }
  onPacket(*packet);
}

void Session::onEnd(const net::WebSocketEnd& end) {
  peerTookAll_ = end.cause == net::WebSocketEnd::Cause::kPeerClosed && !hasUntaken();
  webSocket_ = nullptr;
  finish(end.cause == net::WebSocketEnd::Cause::kProtocolError ? CloseReason::kTransportError
                                                               : CloseReason::kTransportClose);
}

void Session::onProbe(net::WebSocketConnection& webSocket) {
  const bool possible = transport() == TransportKind::kPolling && probe_ == nullptr && !closed_ &&
                        engine_.options().allowUpgrades;
  if (!possible) {
    webSocket.close(net::CloseCode::kNone);
    return;
  }
  probe_ = std::make_unique<Probe>(*this, webSocket);
}

void Session::readProbe() {
  if (probe_ != nullptr) probe_->webSocket().readNow();
}

bool Session::isProbeConfirmed() const { return probe_ != nullptr && probe_->isConfirmed(); }

void Session::dropProbe() { loop().destroyAtTurnEnd(std::move(probe_)); }

void Session::switchTo(net::WebSocketConnection& webSocket) {
  probe_->release();
  dropProbe();
  webSocket_ = &webSocket;
  webSocket.setHandler(this);
  if (poll_ != nullptr) answerPoll({&noopFrame(), 1});
  for (const net::SharedFrame& frame : std::exchange(queue_, {})) sendNow(frame);
  if (shedsBelow_ > 0) webSocket.tellWhenDrained();
  queuedBytes_ = 0;
}

void Session::close(CloseReason reason) {
  if (closed_) return;
  if (webSocket_ != nullptr) {
    net::WebSocketConnection* const webSocket = std::exchange(webSocket_, nullptr);
    webSocket->setHandler(nullptr);
    webSocket->close(closeCodeOf(reason));
    finish(reason);
    return;
  }
  const bool peerIsThere = reason == CloseReason::kForcedClose ||
                           reason == CloseReason::kSlowConsumer ||
                           reason == CloseReason::kShuttingDown;
  const bool owesClosePacket = peerIsThere && poll_ == nullptr;
  if (poll_ != nullptr && reason == CloseReason::kTransportClose) {
    answerPoll({&noopFrame(), 1});
  } else if (poll_ != nullptr) {
    queue_.push_back(closeFrame());
    flushPoll();
  }
  finish(reason, owesClosePacket);
}

void Session::finish(CloseReason reason, bool owesClosePacket) {
  if (std::exchange(closed_, true)) return;
  heartbeat_.cancel();
  if (flushAsked_) loop().forgetTurnEnd(*this);
  if (probe_ != nullptr) {
    probe_->release().close(net::CloseCode::kNone);
    dropProbe();
  }
  if (handler_ != nullptr) handler_->onClose(reason);
  if (owesClosePacket) {
    loop().arm(heartbeat_, kClosePacketPatience);
  } else {
    engine_.remove(*this);
  }
}

}  // namespace rookery::engineio
