#pragma once

#include <any>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/socketio/args.h"
#include "rookery/socketio/broadcast.h"
#include "rookery/socketio/frames.h"
#include "rookery/socketio/handshake.h"
#include "rookery/socketio/room.h"

namespace rookery::socketio {

class IoBroadcastAsk;
class IoNamespace;

/// A socket of any loop, as it was when it was looked at. Thread: any.
struct RemoteSocket {
  std::string id;
  std::shared_ptr<const Handshake> handshake;
  std::vector<std::string> rooms;  ///< its own, named by its id, included
  std::any data;                   ///< a copy of IoSocket::data()
};

/// Sockets to emit to: a set of rooms, or all of the namespace, less some rooms. A socket gets the
/// event once, in however many of the rooms it is. Thread: any.
class IoBroadcast {
 public:
  explicit IoBroadcast(IoNamespace& nsp) : nsp_(nsp) {}

  /// A room's name, or the id of a socket, which is the name of its own room.
  IoBroadcast& to(std::string_view room);
  IoBroadcast& except(std::string_view room);
  IoBroadcast& except(const SocketRef& socket);
  /// The event is left out for those who have not read earlier ones yet.
  IoBroadcast& onlyIfWritable();
  /// Whether the packets may be compressed on their way; they may unless it is said.
  IoBroadcast& compress(bool may);
  template <typename... T>
  void emit(std::string_view event, const T&... values) {
    send(event, Args::of(values...));
  }
  void send(std::string_view event, const Args& args);
  /// Asks them all for an answer: `io.to("room").timeout(5s).emit("event", answers, values...)`.
  [[nodiscard]] IoBroadcastAsk timeout(std::chrono::milliseconds timeout) const;

  /// Takes the sockets out of the namespace; with `close` their connections end.
  void disconnectSockets(bool close = false);
  /// What is emitted to `room` from now on reaches them.
  void socketsJoin(std::string_view room);
  void socketsLeave(std::string_view room);
  /// Calls `found` once, later: on the loop that this is called on, or on the first when on none.
  void fetchSockets(std::function<void(std::vector<RemoteSocket>)> found) const;

 private:
  friend class IoBroadcastAsk;
  /// Without a frame.
  [[nodiscard]] std::shared_ptr<Broadcast> target() const;

  IoNamespace& nsp_;
  std::vector<RoomRef> rooms_;
  std::vector<RoomRef> exceptRooms_;
  SocketRef except_;
  Sending sending_;
};

/// What the sockets of a broadcast answered.
struct IoAnswers {
  std::vector<Args> all;    ///< in the order in which they came
  std::size_t missing = 0;  ///< sockets that did not answer in time, or went
};

/// A broadcast that asks for answers. Thread: any.
class IoBroadcastAsk {
 public:
  IoBroadcastAsk(IoBroadcast to, std::chrono::milliseconds timeout)
      : to_(std::move(to)), timeout_(timeout) {}
  /// Calls `done` once, later, where IoBroadcast::fetchSockets() does: when all have answered, or
  /// the time is over.
  template <typename... T>
  void emit(std::string_view event, std::function<void(const IoAnswers&)> done,
            const T&... values) {
    send(event, std::move(done), Args::of(values...));
  }
  void send(std::string_view event, std::function<void(const IoAnswers&)> done, const Args& args);

 private:
  IoBroadcast to_;
  std::chrono::milliseconds timeout_;
};

}  // namespace rookery::socketio
