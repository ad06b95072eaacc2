#include "rookery/engineio/session.h"

#include <algorithm>
#include <utility>

#include "rookery/base/encoding.h"
#include "rookery/base/json_writer.h"
#include "rookery/engineio/engine.h"
#include "rookery/engineio/jsonp.h"
#include "rookery/net/content_coding.h"

namespace rookery::engineio {
namespace {

constexpr std::string_view kNoop = "6";
constexpr std::string_view kClosePacket = "1";
constexpr std::size_t kKeptQueueCapacity = 8;
constexpr std::size_t kLeastCompressed = 1024;  // bytes of a body (protocol.md 1)
constexpr std::chrono::milliseconds kClosePacketPatience{30'000};  // protocol.md 2.4

const net::SharedFrame& pingFrame() {
  static const net::SharedFrame frame = net::SharedFrame::text("2");
  return frame;
}

net::CloseCode closeCodeOf(CloseReason reason) {
  switch (reason) {
    case CloseReason::kShuttingDown: return net::CloseCode::kGoingAway;
    case CloseReason::kSlowConsumer: return net::CloseCode::kPolicy;
    case CloseReason::kTransportError:
    case CloseReason::kTransportClose:
    case CloseReason::kForcedClose:
    case CloseReason::kPingTimeout:
    case CloseReason::kParseError: return net::CloseCode::kNone;
  }
  return net::CloseCode::kNone;
}

/// Packets as the answer to a GET, in the form that it asks for.
void putPayload(const net::HttpHead& request, std::string payload, net::HttpResponse& response) {
  const bool jsonp = isJsonp(request);
  response.with("Content-Type",
                jsonp ? "text/javascript; charset=UTF-8" : "text/plain; charset=UTF-8");
  response.body = jsonp ? jsonpScript(request, payload) : std::move(payload);
  net::compressBody(request, response, kLeastCompressed);
}

}  // namespace

std::string_view closeReasonText(CloseReason reason) {
  switch (reason) {
    case CloseReason::kTransportError: return "transport error";
    case CloseReason::kTransportClose: return "transport close";
    case CloseReason::kForcedClose: return "forced close";
    case CloseReason::kPingTimeout: return "ping timeout";
    case CloseReason::kParseError: return "parse error";
    case CloseReason::kSlowConsumer: return "slow consumer";
    case CloseReason::kShuttingDown: return "server shutting down";
  }
  return "transport error";
}

/// A WebSocket that wants to become the session's transport (protocol.md 2.6).
class Session::Probe final : public net::WebSocketConnection::Handler {
 public:
  Probe(Session& session, net::WebSocketConnection& webSocket)
      : session_(session),
        webSocket_(webSocket),
        timeout_(this, [](void* self) { static_cast<Probe*>(self)->webSocket_.close(
                                            net::CloseCode::kNone); }) {
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

Session::Session(Engine& engine, std::string sid, net::HttpHead head, const net::PeerAddress& peer)
    : engine_(engine),
      sid_(std::move(sid)),
      handshakeHead_(std::make_unique<net::HttpHead>(std::move(head))),
      peer_(peer),
      issued_(engine.loop().clock().wall()),
      heartbeat_(this, [](void* self) { static_cast<Session*>(self)->onHeartbeat(); }) {}

Session::~Session() {
  if (webSocket_ != nullptr) webSocket_->setHandler(nullptr);
}

net::Loop& Session::loop() const { return engine_.loop(); }

const net::HttpHead& Session::handshakeHead() const {
  static const net::HttpHead kForgotten;
  return handshakeHead_ != nullptr ? *handshakeHead_ : kForgotten;
}

void Session::setHandler(std::unique_ptr<SessionHandler> handler) {
  handler_ = std::move(handler);
}

net::SharedFrame Session::openPacket(bool mayUpgrade) const {
  const Options& options = engine_.options();
  net::FrameBuilder frame;
  frame.text() += '0';
  base::JsonWriter json(frame.text());
  json.beginObject().key("sid").string(sid_);
  json.key("upgrades").beginArray();
  if (mayUpgrade && options.allowUpgrades) json.string("websocket");
  json.endArray();
  json.key("pingInterval").number(std::int64_t{options.pingInterval.count()});
  json.key("pingTimeout").number(std::int64_t{options.pingTimeout.count()});
  json.key("maxPayload").number(std::uint64_t{options.maxHttpBufferSize});
  json.endObject();
  return frame.finish();
}

void Session::openOver(net::HttpHead head, net::HttpResponder responder) {
  net::HttpResponse response = engine_.answer(head, 200, "", "");
  putPayload(head, std::string(openPacket(true).polling()), response);
  if (engine_.options().onHandshake) engine_.options().onHandshake(head, response);
  responder.answer(std::move(response));
  startHeartbeat();
  if (handler_ != nullptr) handler_->onOpen();
}

void Session::openOver(net::WebSocketConnection& webSocket) {
  webSocket_ = &webSocket;
  webSocket.setHandler(this);
  webSocket.send(openPacket(false));
  startHeartbeat();
  if (handler_ != nullptr) handler_->onOpen();
}

void Session::startHeartbeat() {
  awaitingPong_ = false;
  pingDue_ = loop().now() + engine_.options().pingInterval;
  loop().arm(heartbeat_, engine_.options().pingInterval);
}

void Session::onHeartbeat() {
  if (closed_) {  // nobody came for the close packet
    engine_.remove(*this);
    return;
  }
  if (awaitingPong_) {
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
  if (webSocket_ != nullptr) {
    webSocket_->send(frame);
    return;
  }
  queuedBytes_ += frame.wire().size();
  queue_.push_back(frame);
  if (poll_ != nullptr) askForFlush();
}

bool Session::hasBacklog() const {
  return webSocket_ != nullptr ? webSocket_->hasBacklog() : poll_ == nullptr && !queue_.empty();
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
  const bool sheds = static_cast<std::uint8_t>(frame.frameClass()) < shedsBelow_ ||
                     (isVolatile && hasBacklog());
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
  net::SharedFrame last = handler_ != nullptr ? handler_->slowConsumerFrame(queuedBytes, limit)
                                              : net::SharedFrame();
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

void Session::askForFlush() {
  if (std::exchange(flushAsked_, true)) return;
  loop().atTurnEnd(*this);
}

void Session::onTurnEnd() {
  flushAsked_ = false;
  flushPoll();
}

void Session::flushPoll() {
  if (poll_ == nullptr) return;
  if (queue_.empty()) {
    // While a probe is confirmed the client must not be left hanging in a poll: it waits for the
    // end of the poll before it sends `5`.
    if (probe_ != nullptr && probe_->isConfirmed()) answerPoll(std::string(kNoop));
    return;
  }
  std::string body;
  body.reserve(queuedBytes_ + queue_.size());
  for (const net::SharedFrame& frame : queue_) {
    if (!body.empty()) body += kSeparator;
    body += frame.polling();
  }
  queue_.clear();
  if (queue_.capacity() > kKeptQueueCapacity) queue_.shrink_to_fit();
  queuedBytes_ = 0;
  answerPoll(std::move(body));
  noteDrained();
}

void Session::answerPoll(std::string body) {
  const std::unique_ptr<Poll> poll = std::move(poll_);
  net::HttpResponse response = engine_.answer(poll->head, 200, "", "");
  putPayload(poll->head, std::move(body), response);
  poll->responder.answer(std::move(response));
}

void Session::onPoll(net::HttpHead head, net::HttpResponder responder) {
  if (poll_ != nullptr) {  // two at a time: neither can be trusted (protocol.md 2.4)
    responder.answer(engine_.answer(head, 400, "text/plain", ""));
    close(CloseReason::kTransportError);
    return;
  }
  responder.onAbort([this] {
    poll_.reset();
    close(CloseReason::kTransportError);
  });
  poll_ = std::make_unique<Poll>(Poll{std::move(head), std::move(responder)});
  if (closed_) {
    queue_.push_back(net::SharedFrame::text(kClosePacket));
    flushPoll();
    engine_.remove(*this);
    return;
  }
  flushPoll();
}

void Session::beginPost() {
  if (++arrivingPosts_ > 1) close(CloseReason::kTransportError);
}

void Session::onPost(net::HttpRequest request, net::HttpResponder responder) {
  if (closed_) {
    responder.answer(engine_.answer(request.head, 400, "text/plain", ""));
    return;
  }
  std::vector<std::string> storage;
  std::optional<std::vector<Packet>> packets;
  const bool binaryBody =
      request.head.header("content-type").starts_with("application/octet-stream");
  const std::optional<std::string> payload =
      isJsonp(request.head) ? jsonpPayload(request.body) : std::move(request.body);
  if (!binaryBody && payload && base::isUtf8(*payload)) packets = decodePayload(*payload, storage);
  if (!packets.has_value()) {
    responder.answer(engine_.answer(request.head, 400, "text/plain", ""));
    close(binaryBody ? CloseReason::kTransportError : CloseReason::kParseError);
    return;
  }
  post_ = &request.head;
  for (const Packet& packet : *packets) {
    if (closed_) break;
    onPacket(packet);
  }
  post_ = nullptr;
  responder.answer(engine_.answer(request.head, 200, "text/html", "ok"));
}

void Session::onPacket(const Packet& packet) {
  switch (packet.type) {
    case PacketType::kMessage:
      if (handler_ != nullptr) handler_->onMessage(packet.binary, packet.data);
      return;
    case PacketType::kPong:
      // One that nobody asked for is harmless (protocol.md 2.5).
      if (!awaitingPong_) return;
      if (handler_ != nullptr) handler_->onPing(true);
      startHeartbeat();
      return;
    case PacketType::kClose:
      peerTookAll_ = !hasBacklog();
      close(CloseReason::kTransportClose);
      return;
    case PacketType::kNoop:
      return;
    case PacketType::kOpen:
    case PacketType::kPing:
    case PacketType::kUpgrade:
      close(CloseReason::kTransportError);
      return;
  }
}

void Session::onMessage(bool binary, std::span<const std::uint8_t> payload) {
  if (closed_) return;
  if (binary) {
    onPacket({PacketType::kMessage, true, base::asText(payload)});
    return;
  }
  std::string decoded;
  const std::optional<Packet> packet = decodePacket(base::asText(payload), decoded);
  if (!packet.has_value()) {
    close(CloseReason::kParseError);
    return;
  }
  onPacket(*packet);
}

void Session::onEnd(const net::WebSocketEnd& end) {
  peerTookAll_ = end.cause == net::WebSocketEnd::Cause::kPeerClosed && !hasBacklog();
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

void Session::dropProbe() { loop().destroyAtTurnEnd(std::move(probe_)); }

void Session::switchTo(net::WebSocketConnection& webSocket) {
  probe_->release();
  dropProbe();
  webSocket_ = &webSocket;
  webSocket.setHandler(this);
  if (poll_ != nullptr) answerPoll(std::string(kNoop));
  for (const net::SharedFrame& frame : queue_) webSocket.send(frame);
  if (shedsBelow_ > 0) webSocket.tellWhenDrained();
  queue_ = {};
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
    answerPoll(std::string(kNoop));
  } else if (poll_ != nullptr) {
    queue_.push_back(net::SharedFrame::text(kClosePacket));
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
