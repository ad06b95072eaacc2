#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rookery/base/function.h"
#include "rookery/base/json.h"
#include "rookery/base/short_string.h"
#include "rookery/engineio/session.h"
#include "rookery/net/shared_frame.h"
#include "rookery/socketio/broadcast.h"
#include "rookery/socketio/recovery.h"
#include "rookery/socketio/room.h"
#include "rookery/socketio/socket_ref.h"

namespace rookery::socketio {

class Client;
class Namespace;

/// What a client answered. Good until the callback returns.
struct AckAnswer {
  base::JsonArray args;
  std::string_view json;                       ///< the array as it was sent
  std::span<const std::string> attachments{};  ///< what placeholders in it name
};

/// What the application keeps with a socket; made by its middleware. Thread: the socket's loop.
class SocketState {
 public:
  virtual ~SocketState() = default;
  /// Whose socket it is: one that was cut off is given back to the same alone.
  [[nodiscard]] virtual std::string owner() const { return {}; }
};

/// One client's place in one namespace.
/// Thread: its loop. Owner: the Server's table; `Socket&` is good until the handler returns, what
/// runs later keeps ref().
class Socket {
 public:
  /// The client's answer; nothing when it did not come in time or the client went.
  using AckCallback = base::UniqueFunction<void(std::optional<AckAnswer>)>;

  Socket(Client& client, Namespace& nsp, std::string_view id, std::unique_ptr<SocketState> state);
  ~Socket();

  /// 20 characters, public; not the session's id.
  [[nodiscard]] std::string_view id() const { return id_; }
  /// Whether it was cut off and is back, with its id, its rooms and what it missed.
  [[nodiscard]] bool recovered() const { return recovered_; }
  [[nodiscard]] const SocketRef& ref() const { return ref_; }
  [[nodiscard]] Namespace& nsp() const { return nsp_; }
  [[nodiscard]] engineio::Session& session() const;
  [[nodiscard]] net::Loop& loop() const;
  [[nodiscard]] std::string peer() const;
  /// What the middleware made.
  template <typename State>
  [[nodiscard]] State& state() const {
    return static_cast<State&>(*state_);
  }

  /// Queues a frame to this socket alone.
  void send(const net::SharedFrame& frame);
  /// The id of an event that asks for an answer; `callback` runs exactly once, on the loop.
  /// Without a timeout (0) it waits as long as the socket is there.
  [[nodiscard]] std::uint64_t expectAck(std::chrono::milliseconds timeout, AckCallback callback);
  /// The same for an event that several sockets are asked, with an id that is
  /// Namespace::newBroadcastAckId(); without a timeout.
  void expectAck(std::uint64_t id, AckCallback callback);
  /// An answer is awaited no longer: its callback runs now, if it has not yet.
  void dropAck(std::uint64_t id);
  /// From now on it is sent Broadcast::asking. Its answers go to Namespace::onAnswer().
  void askForAcks() { asksForAcks_ = true; }
  /// Emits `name` with the arguments `argsJson` (JSON values joined by commas) and asks for an
  /// answer; `callback` runs exactly once, on the loop.
  void emitWithAck(std::string_view name, std::string_view argsJson,
                   std::chrono::milliseconds timeout, AckCallback callback);

  void join(const RoomRef& room);
  /// With `upTo` the socket is still sent the outcomes up to that place of the order.
  void leave(const RoomRef& room, std::uint64_t upTo = 0);
  [[nodiscard]] bool isIn(const Room& room) const;
  [[nodiscard]] std::vector<RoomRef> rooms() const;

  /// While onDisconnect() runs: whether the client itself left, with nothing left that it had yet
  /// to take.
  [[nodiscard]] bool hasPeerTakenAll() const;

  /// Takes the socket out of the namespace with a DISCONNECT packet, after which its client does
  /// not come back by itself; with `close` the whole connection ends.
  void disconnect(bool close);

 private:
  friend class Client;
  friend class Namespace;
  friend class Server;
  struct Membership {
    RoomRef room;
    std::uint32_t index = 0;  ///< in the room's list of this loop
  };
  struct Acks {
    std::uint64_t next = 1;
    std::unordered_map<std::uint64_t, AckCallback> waiting;
  };

  void onAck(std::uint64_t id, const AckAnswer& answer);
  /// What happens to the rooms' count of readers.
  enum class Leave : std::uint8_t { kAtOnce, kWithOutcomes, kStaysReader };
  /// Empty when it cannot be recovered.
  [[nodiscard]] std::string_view pid() const {
    return pid_[0] == 0 ? std::string_view() : std::string_view(pid_.data(), pid_.size());
  }
  void leaveAt(std::size_t membership, Leave how, std::uint64_t upTo);
  /// Leaves all rooms, gives up its acks.
  void end();
  /// What a client that comes back takes up again, the application's state included. The rooms
  /// still count it as a reader of the loop.
  [[nodiscard]] CutSocket cut();
  /// Sends what is in the loop's log already; `commitNo` as Broadcast has it.
  void deliver(const net::SharedFrame& frame, std::uint64_t commitNo = 0);
  void deliver(const Broadcast& broadcast) {
    const bool asks = asksForAcks_ && broadcast.asking;
    deliver(asks ? broadcast.asking : broadcast.frame, broadcast.commitNo);
  }

  Client& client_;
  Namespace& nsp_;
  const base::ShortString id_;
  SocketRef ref_;
  std::uint64_t seenBroadcast_ = 0;  ///< so that two target rooms make one delivery
  std::unique_ptr<SocketState> state_;
  std::vector<Membership> rooms_;
  std::unique_ptr<Acks> acks_;
  bool recovered_ = false;
  bool asksForAcks_ = false;
  RecoveryId pid_{};  ///< zeros: it cannot be recovered
  std::uint64_t lastNumber_ = 0;
  std::uint64_t resumedFrom_ = 0;
  std::uint64_t connectPosition_ = 0;
  /// What came until it was sent what it missed. At RecoveryOptions::replayedBytes it is given up,
  /// and its client begins anew.
  struct Held {
    struct One {
      net::SharedFrame frame;
      std::uint64_t commitNo = 0;
    };
    std::vector<One> all;
    std::size_t bytes = 0;
  };
  void hold(const net::SharedFrame& frame, std::uint64_t commitNo);
  std::unique_ptr<Held> held_;
};

}  // namespace rookery::socketio
