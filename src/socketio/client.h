#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/inlined_vector.h>

#include "rookery/base/json.h"
#include "rookery/engineio/session.h"
#include "rookery/socketio/namespace.h"
#include "rookery/socketio/packet.h"
#include "rookery/socketio/recovery_source.h"
#include "rookery/socketio/server.h"
#include "rookery/socketio/socket.h"

namespace rookery::socketio {

/// Socket.IO's side of one Engine.IO session: takes its messages apart and keeps which
/// namespaces it joined. Whoever breaks the protocol is closed (protocol.md 3.2).
/// Thread: the session's loop. Owner: the session.
class Client final : public engineio::SessionHandler {
 public:
  Client(Server& server, engineio::Session& session);
  ~Client() override;

  [[nodiscard]] engineio::Session& session() { return session_; }
  /// Queues a frame as the server's parser writes it.
  void send(const net::SharedFrame& frame);
  /// While `socket` is dropped: whether its client left by itself and had taken all.
  [[nodiscard]] bool hasLeft(const Socket& socket) const;
  /// Takes a socket out: tells the application, leaves its rooms. `mayComeBack`: its connection
  /// was cut.
  void drop(Socket& socket, std::string_view reason, bool mayComeBack = false);

 private:
  /// A client that asked to join a namespace and is not there yet.
  struct Pending {
    Namespace* nsp = nullptr;
    std::string pid{};  ///< of the connection that it had before; empty: none
    Offset offset{};    ///< of the last event that it has
    bool offsetUnknown = false;
  };
  struct Partial;                         // a packet whose attachments are still coming
  using Self = std::shared_ptr<Client*>;  // shared with middleware that decides later; null inside
                                          // once the client is gone

  void onOpen() override;
  void onMessage(bool binary, std::string_view payload) override;
  void onClose(engineio::CloseReason reason) override;
  net::SharedFrame slowConsumerFrame(std::size_t queuedBytes, std::size_t limit) override;
  void onShed(const net::SharedFrame& frame) override;
  void onDrained() override;
  void onPing(bool answered) override;

  [[nodiscard]] const net::SharedFrame& inItsForm(const net::SharedFrame& frame) const;
  void onMsgpack(bool binary, std::string_view payload);
  void onPacket(const PacketHead& head, std::span<const std::string> attachments);
  void onConnect(const PacketHead& head);
  void join(Pending asked, std::string_view authJson);
  [[nodiscard]] Pending* findPending(const Namespace& nsp);
  Socket& add(Namespace& nsp, std::string_view id, std::unique_ptr<SocketState> state);
  void welcome(Namespace& nsp, std::unique_ptr<SocketState> state);
  void greet(Socket& socket);
  /// Whether a middleware or another loop is to call back, for which `self_` must stay.
  [[nodiscard]] bool isAwaited() const;

  // client_recovery.cpp: a client that was cut off comes back.
  static void cutOff(Server::PerLoop& its, std::string_view pid, std::uint32_t slot, bool isMoved);
  void recover(const Pending& asked, std::unique_ptr<SocketState> state);
  /// The rest of it, here, once its earlier loop has looked for what is left: `start` is where in
  /// its log begins what was missed; nothing when it has not got all of that.
  void onFound(Namespace& nsp, std::unique_ptr<SocketState> state, std::optional<CutSocket> found,
               std::optional<std::uint64_t> start);
  void askSource(const Pending& asked, std::unique_ptr<SocketState> state,
                 std::optional<CutSocket> found);
  void restorePast(Namespace& nsp, std::unique_ptr<SocketState> state, CutSocket found);
  void onTold(const SocketRef& ref, std::optional<std::vector<RecoverySource::Event>> missed);
  /// What was taken up cannot be made whole.
  void beginAnew(Socket& socket);
  Socket& restore(const Pending& asked, CutSocket& found, std::unique_ptr<SocketState> state);
  void onMissed(const SocketRef& ref, const std::vector<net::SharedFrame>& missed);
  void onAdmission(Namespace& nsp, Namespace::Admission admission);
  void refuse(const Namespace& nsp, const Refusal& refusal);
  [[nodiscard]] bool speaksProtocol4() const;
  [[nodiscard]] std::string newSocketId(const Namespace& nsp) const;
  void onDisconnect(const PacketHead& head);
  void onEvent(const PacketHead& head, std::span<const std::string> attachments);
  void onAck(const PacketHead& head, std::span<const std::string> attachments);
  void protocolError(std::string_view what);
  [[nodiscard]] Socket* socketOf(std::string_view nsp) const;
  /// The socket that a packet is for; null after a protocol error, or when the packet is late.
  [[nodiscard]] Socket* receiver(const PacketHead& head);

  Server& server_;
  engineio::Session& session_;
  absl::InlinedVector<Socket*, 1> sockets_;
  std::vector<Pending> pending_;
  std::vector<Namespace*> left_;     ///< what still comes for these is late, not wrong
  const Socket* leaving_ = nullptr;  ///< sent a DISCONNECT, while it is dropped
  std::unique_ptr<Partial> partial_;
  Self self_;
  std::unique_ptr<net::Timer> connectTimeout_;  ///< until a namespace was joined
};

}  // namespace rookery::socketio
