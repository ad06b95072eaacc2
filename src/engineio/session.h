#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/short_string.h"
#include "rookery/engineio/options.h"
#include "rookery/engineio/packet.h"
#include "rookery/net/http_service.h"
#include "rookery/net/shared_frame.h"
#include "rookery/net/websocket_connection.h"

namespace rookery::engineio {

class Engine;

enum class CloseReason : std::uint8_t {
  kTransportError,  ///< the peer broke the WebSocket protocol, or its poll was cut
  kTransportClose,
  kForcedClose,  ///< by the application
  kPingTimeout,
  kParseError,
  kSlowConsumer,
  kShuttingDown,
};
/// The text that applications see (protocol.md 2.7).
[[nodiscard]] std::string_view closeReasonText(CloseReason reason);

enum class TransportKind : std::uint8_t { kPolling, kWebSocket };

/// What is told of a session. Owned by the session.
class SessionHandler {
 public:
  virtual ~SessionHandler() = default;
  /// The open packet has gone out: the session may be used from now on.
  virtual void onOpen() {}
  /// One message of the peer; `payload` is gone when this returns. Text is valid UTF-8 on
  /// WebSocket; on polling it is checked, too.
  virtual void onMessage(bool binary, std::string_view payload) = 0;
  /// Called once; nothing can be sent any more.
  virtual void onClose(CloseReason reason) = 0;
  /// The last frame for a peer that does not read fast enough; an empty one sends nothing.
  virtual net::SharedFrame slowConsumerFrame(std::size_t queuedBytes, std::size_t limit) = 0;
  /// The frame was not sent, or is no longer, because the peer reads too slowly (delivery.md, slow
  /// readers). Called from within send(): sends nothing itself.
  virtual void onShed(const net::SharedFrame& frame) { static_cast<void>(frame); }
  /// All has been sent, after something was shed.
  virtual void onDrained() {}
  /// A ping was sent, or was answered: what was queued before an answered one has arrived.
  virtual void onPing(bool answered) { static_cast<void>(answered); }
};

/// One Engine.IO connection over whatever transport it has at the time (protocol.md 2).
/// Thread: its loop. Owner: its Engine; freed at the end of the turn in which it closed.
class Session final : public net::WebSocketConnection::Handler, public net::TurnEndListener {
 public:
  Session(Engine& engine, std::string_view sid, net::HttpHead head, const net::PeerAddress& peer,
          Revision revision);
  ~Session() override;

  [[nodiscard]] std::string_view sid() const { return sid_; }
  [[nodiscard]] net::Loop& loop() const;
  [[nodiscard]] Revision revision() const { return revision_; }
  [[nodiscard]] TransportKind transport() const {
    return webSocket_ != nullptr ? TransportKind::kWebSocket : TransportKind::kPolling;
  }
  /// Of the request that opened the session; empty once forgetHandshake() was called, as an idle
  /// session need not keep a request's headers.
  [[nodiscard]] const net::HttpHead& handshakeHead() const;
  void forgetHandshake() { handshakeHead_.reset(); }
  [[nodiscard]] const net::PeerAddress& peer() const { return peer_; }
  [[nodiscard]] base::WallMs issued() const { return issued_; }
  /// The request that the message came with; null on WebSocket. Good within onMessage().
  [[nodiscard]] const net::HttpHead* post() const { return post_; }

  void setHandler(std::unique_ptr<SessionHandler> handler);

  /// Queues a frame. Over Options::maxQueuedBytes the session is closed as a slow consumer; then,
  /// and after close(), nothing is queued.
  void send(const net::SharedFrame& frame);
  /// Whether a frame would go out at the end of this turn: what volatile events ask.
  [[nodiscard]] bool isWritable() const;
  /// Whether something has waited for the peer since an earlier turn.
  [[nodiscard]] bool hasBacklog() const;
  /// Sends what is queued, then closes the transport; onClose() is called before this returns.
  void close(CloseReason reason);
  /// In onClose(): whether the peer said goodbye, with nothing left that it had yet to take.
  [[nodiscard]] bool hasPeerTakenAll() const { return peerTookAll_; }

 private:
  friend class Engine;
  class Probe;

  // From the Engine: requests of this session.
  void onPoll(net::HttpHead head, net::HttpResponder responder);
  void onPost(net::HttpRequest request, net::HttpResponder responder);
  /// A POST begins to arrive. A second one at the same time ends the session (protocol.md 2.4).
  void beginPost();
  void endPost() { --arrivingPosts_; }
  void onProbe(net::WebSocketConnection& webSocket);
  void openOver(net::HttpHead head, net::HttpResponder responder);
  void openOver(net::WebSocketConnection& webSocket);
  /// Handles what a probing WebSocket has received already (protocol.md 2.6, the race).
  void readProbe();

  // net::WebSocketConnection::Handler
  void onMessage(bool binary, std::span<const std::uint8_t> payload) override;
  void onEnd(const net::WebSocketEnd& end) override;
  void onDrained() override;
  void onTurnEnd() override;

  void onPacket(const Packet& packet);
  void onPing(const Packet& packet);
  void onPong();
  void sendNow(const net::SharedFrame& frame);
  [[nodiscard]] std::optional<std::vector<Packet>> decodePost(const net::HttpHead& head,
                                                              std::string& body,
                                                              std::vector<std::string>& storage);
  void switchTo(net::WebSocketConnection& webSocket);
  void dropProbe();
  [[nodiscard]] bool isProbeConfirmed() const;
  void answerPoll(std::span<const net::SharedFrame> frames);
  void putPayload(const net::HttpHead& request, std::span<const net::SharedFrame> frames,
                  net::HttpResponse& response) const;
  void flushPoll();
  void askForFlush();
  void startHeartbeat();
  [[nodiscard]] std::chrono::milliseconds firstPing(std::chrono::milliseconds interval) const;
  void onHeartbeat();
  /// Whether something was sent that the peer cannot have taken yet.
  [[nodiscard]] bool hasUntaken() const;
  void closeSlowConsumer(std::size_t queuedBytes);
  /// Whether the frame is not to be sent; `queuedBytes` would be queued with it.
  [[nodiscard]] bool isShed(const net::SharedFrame& frame, std::size_t queuedBytes);
  void shedQueued();
  void noteDrained();
  /// Ends the session without touching the WebSocket further. With `owesClosePacket` it stays
  /// known for a while, so that the next GET learns of the end.
  void finish(CloseReason reason, bool owesClosePacket = false);
  [[nodiscard]] net::SharedFrame openPacket(bool mayUpgrade) const;

  Engine& engine_;
  const base::ShortString sid_;
  std::unique_ptr<net::HttpHead> handshakeHead_;
  net::PeerAddress peer_;
  std::uint32_t arrivingPosts_ = 0;
  base::WallMs issued_;
  std::unique_ptr<SessionHandler> handler_;
  net::WebSocketConnection* webSocket_ = nullptr;
  std::unique_ptr<Probe> probe_;
  struct Poll {
    net::HttpHead head;
    net::HttpResponder responder;
  };
  std::unique_ptr<Poll> poll_;           ///< the GET that waits
  std::vector<net::SharedFrame> queue_;  ///< polling only: what no GET has fetched yet
  std::size_t queuedBytes_ = 0;
  const net::HttpHead* post_ = nullptr;
  net::Timer heartbeat_;
  base::SteadyTime pingDue_;
  const Revision revision_;
  /// Frames of lower classes than this are shed, until all has been sent.
  std::uint8_t shedsBelow_ = 0;
  bool awaitingPong_ = false;
  bool peerTookAll_ = false;
  bool closed_ = false;
  bool flushAsked_ = false;
};

/// Packets that only polling needs: nothing to say, and the end of the session.
[[nodiscard]] const net::SharedFrame& noopFrame();
[[nodiscard]] const net::SharedFrame& closeFrame();

}  // namespace rookery::engineio
