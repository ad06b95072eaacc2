#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "rookery/base/function.h"
#include "rookery/base/held.h"
#include "rookery/base/json.h"
#include "rookery/base/json_writer.h"
#include "rookery/engineio/session.h"
#include "rookery/socketio/broadcast.h"
#include "rookery/socketio/room.h"
#include "rookery/socketio/socket.h"

namespace rookery::socketio {

class RecoverySource;
class Server;

/// Where an answer to a client's event goes; empty when none was asked for. Copied freely; only
/// the first answer of an id counts with clients.
struct AckTarget {
  SocketRef socket;
  std::optional<std::uint64_t> id;

  [[nodiscard]] explicit operator bool() const { return id.has_value(); }
};

/// A client's event. Good until the handler returns.
struct Event {
  std::string_view name;
  std::span<const base::JsonValue> args;  ///< without the name; binary ones are placeholders
  std::span<const std::string> attachments;
  AckTarget ack;
  base::SteadyTime received;
  std::string_view json;  ///< the array as it was sent, with the name; may be empty
};

/// A client that asks to join.
struct ConnectRequest {
  const net::HttpHead& head;  ///< of the request that opened the session
  const net::PeerAddress& peer;
  std::string_view authJson;  ///< a JSON object; `{}` when the client sent none
  net::Loop& loop;
  base::WallMs issued = 0;  ///< when the session was opened
  bool protocol4 = false;   ///< the client is of Socket.IO 1 or 2 (protocol.md 2.11)
};

/// Why a client is not let in (protocol.md 3.3).
struct Refusal {
  std::string message;
  std::string dataJson{};  ///< empty: none
};

/// One namespace. Handlers are set before the loops run and are called on the socket's loop.
/// Thread: room(), post(), isOverloaded() from any; the rest on loops as said.
class Namespace {
 public:
  using Admission = tl::expected<std::unique_ptr<SocketState>, Refusal>;
  /// Decides who is let in, now or later, on the request's loop. Copies what it needs of the
  /// request before it returns. A client that went meanwhile is recognised.
  using Middleware =
      std::function<void(const ConnectRequest&, base::UniqueFunction<void(Admission)>)>;

  Namespace(Server& server, std::string name, std::size_t loops);

  void use(Middleware middleware) { middleware_ = std::move(middleware); }
  void onConnection(std::function<void(Socket&)> handler) { onConnection_ = std::move(handler); }
  void onEvent(std::function<void(Socket&, const Event&)> handler) {
    onEvent_ = std::move(handler);
  }
  void onDisconnect(std::function<void(Socket&, std::string_view reason)> handler) {
    onDisconnect_ = std::move(handler);
  }
  /// What a peer is told that is closed because it does not read (events.md, slow consumers).
  void onSlowConsumer(
      std::function<net::SharedFrame(std::size_t queued, std::size_t limit)> frame) {
    slowConsumer_ = std::move(frame);
  }

  /// What a socket was not sent because its peer reads too slowly; sends nothing itself.
  void onShed(std::function<void(Socket&, const net::SharedFrame&)> handler) {
    onShed_ = std::move(handler);
  }
  /// A socket that onShed() was called for has been sent all the rest.
  void onDrained(std::function<void(Socket&)> handler) { onDrained_ = std::move(handler); }
  /// A ping went out to the socket's peer, or was answered.
  void onPing(std::function<void(Socket&, bool answered)> handler) { onPing_ = std::move(handler); }

  /// An answer that no callback of the socket waits for.
  void onAnswer(std::function<void(Socket&, std::uint64_t id)> handler) {
    onAnswer_ = std::move(handler);
  }

  /// A socket that was cut off is back, with the id that it had, before anything is sent to it.
  /// Takes it back into what it may be in of its earlier rooms; without a handler into all.
  /// onConnection() follows, once it has been sent what it missed in those that it is in now.
  void onRestore(std::function<void(Socket&, const CutSocket& left)> handler) {
    onRestore_ = std::move(handler);
  }

  /// Knows of sockets and events beyond what the loops keep. Called before the loops run.
  void setRecoverySource(RecoverySource& source) { recoverySource_ = &source; }
  [[nodiscard]] RecoverySource* recoverySource() const { return recoverySource_; }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Server& server() const { return server_; }
  [[nodiscard]] RoomRef room(std::string_view name) { return rooms_.get(name); }
  [[nodiscard]] std::size_t roomCount() const { return rooms_.size(); }
  [[nodiscard]] base::Held heldRooms() const { return rooms_.held(); }

  /// Puts the step into the inbox of every loop that has a reader of it. Nothing is delivered
  /// before this returns.
  void post(std::shared_ptr<const Broadcast> broadcast);
  /// As post(), but the sockets of the loop that this is called on, if it is one, are sent it at
  /// once: what a handler sends them next stands behind it.
  void emit(const std::shared_ptr<const Broadcast>& broadcast);
  /// Runs on every loop, where a broadcast that is posted now would stand, with the sockets that
  /// one to `target` would reach there; at once on the loop that this is called on. `sockets` is
  /// good until it returns, and those of them that it has not disconnected.
  using Visit = std::function<void(net::Loop&, std::span<Socket* const> sockets)>;
  void visit(const std::shared_ptr<const Broadcast>& target, const Visit& visit);
  /// For an event that asks many for an answer: no socket's own ids come as far.
  [[nodiscard]] std::uint64_t newBroadcastAckId();
  /// Whether anybody is in the room.
  [[nodiscard]] bool hasReaders(const Room& room) const;
  /// Whether one of the loops that would get a broadcast to `rooms` is too far behind.
  [[nodiscard]] bool isOverloaded(std::span<const RoomRef> rooms) const;

  /// Sends to one socket, on its loop; one that is gone gets nothing.
  void send(const SocketRef& ref, const net::SharedFrame& frame);

 private:
  friend class Client;
  friend class Server;
  friend class Socket;
  class DeliverTask;

  [[nodiscard]] static bool isReader(const Broadcast& broadcast, std::size_t loop);
  void deliver(net::Loop& loop, const std::shared_ptr<const Broadcast>& step);
  [[nodiscard]] std::vector<Socket*> targets(net::Loop& loop, const Broadcast& target);
  void keep(net::Loop& loop, const std::shared_ptr<const Broadcast>& step);

  Server& server_;
  const std::string name_;
  RoomTable rooms_;
  std::atomic<std::uint32_t> broadcastAcks_{0};
  Middleware middleware_;
  std::function<void(Socket&)> onConnection_;
  std::function<void(Socket&, const Event&)> onEvent_;
  std::function<void(Socket&, std::string_view)> onDisconnect_;
  std::function<net::SharedFrame(std::size_t, std::size_t)> slowConsumer_;
  std::function<void(Socket&, const net::SharedFrame&)> onShed_;
  std::function<void(Socket&)> onDrained_;
  std::function<void(Socket&, bool)> onPing_;
  std::function<void(Socket&, std::uint64_t)> onAnswer_;
  std::function<void(Socket&, const CutSocket&)> onRestore_;
  RecoverySource* recoverySource_ = nullptr;
};

}  // namespace rookery::socketio
