#pragma once

#include <any>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rookery/socketio/handshake.h"
#include "rookery/socketio/io_broadcast.h"
#include "rookery/socketio/io_event.h"
#include "rookery/socketio/namespace.h"
#include "rookery/socketio/socket.h"
#include "rookery/socketio/typed_handler.h"

namespace rookery::socketio {

class IoNamespace;
class IoSocket;

/// What a client answered: nothing when it did not in time, or went.
using IoAnswer = std::function<void(std::optional<Args>)>;

/// A copy of an answer, to be kept.
[[nodiscard]] std::optional<Args> receivedArgs(const std::optional<AckAnswer>& answer);

/// Emits that ask for an answer: `socket.timeout(5s).emit("event", answer, values...)`.
class IoAsk {
 public:
  IoAsk(IoSocket& socket, std::chrono::milliseconds timeout, Sending sending = {})
      : socket_(socket), timeout_(timeout), sending_(sending) {}
  /// `answer` runs once, on the socket's loop.
  template <typename... T>
  void emit(std::string_view event, IoAnswer answer, const T&... values) {
    send(event, std::move(answer), Args::of(values...));
  }
  void send(std::string_view event, IoAnswer answer, const Args& args);

 private:
  IoSocket& socket_;
  std::chrono::milliseconds timeout_;
  Sending sending_;
};

/// Emits to one socket that go out in a way of their own: `socket.compress(false).emit(...)`.
class IoEmit {
 public:
  explicit IoEmit(IoSocket& socket) : socket_(socket) {}
  IoEmit& compress(bool may);
  /// The event is left out if earlier ones have not been read yet.
  IoEmit& onlyIfWritable();
  [[nodiscard]] IoAsk timeout(std::chrono::milliseconds timeout) const {
    return {socket_, timeout, sending_};
  }
  template <typename... T>
  void emit(std::string_view event, const T&... values) {
    send(event, Args::of(values...));
  }
  void send(std::string_view event, const Args& args);

 private:
  IoSocket& socket_;
  Sending sending_;
};

/// A client in a namespace.
/// Thread: its loop. Good until the handler returns: what runs later keeps id() and emits to that.
class IoSocket final : public SocketState {
 public:
  using Handler = std::function<void(IoSocket&, const IoEvent&)>;

  IoSocket(IoNamespace& nsp, std::shared_ptr<const Handshake> handshake);
  ~IoSocket() override;

  [[nodiscard]] std::string id() const { return std::string(raw().id()); }
  /// Whether the client was cut off and is back: with the id, the rooms and the data that it had,
  /// and sent what it missed (Options::sockets.recovery).
  [[nodiscard]] bool recovered() const { return raw().recovered(); }
  [[nodiscard]] const Handshake& handshake() const { return *handshake_; }
  [[nodiscard]] IoNamespace& nsp() const { return nsp_; }
  [[nodiscard]] Socket& raw() const { return *socket_; }
  /// Whatever the application keeps with the socket; fetchSockets() shows a copy.
  [[nodiscard]] std::any& data() { return data_; }

  /// One handler an event name; a second replaces the first. A handler takes `(IoSocket&, const
  /// IoEvent&)`, or the event's arguments as types that have a Decoder, and IoAck behind them
  /// where it answers: `socket.on("move", [](IoSocket& s, int x, int y, IoAck done) {...})`. An
  /// event whose arguments do not fit never reaches such a handler: see onInvalid().
  template <typename F>
  void on(std::string event, F handler) {
    if constexpr (std::is_invocable_v<F&, IoSocket&, const IoEvent&>) {
      setHandler(std::move(event), std::move(handler));
    } else {
      setHandler(std::move(event),
                 [handler = std::move(handler)](IoSocket& self, const IoEvent& its) mutable {
                   const auto wrong = callTyped(handler, self, its);
                   if (wrong) self.refuse(its, *wrong);
                 });
    }
  }
  /// Events that no handler was set for.
  void onAny(Handler handler) { any_ = std::move(handler); }
  /// Events whose arguments do not fit their handler; `why` says which. Without a handler whoever
  /// asked for an answer gets `{"error": why}`.
  void onInvalid(std::function<void(IoSocket&, const IoEvent&, const std::string& why)> handler);
  void onDisconnect(std::function<void(IoSocket&, std::string_view reason)> handler);

  template <typename... T>
  void emit(std::string_view event, const T&... values) {
    send(event, Args::of(values...));
  }
  void send(std::string_view event, const Args& args) { IoEmit(*this).send(event, args); }
  /// Without a timeout (0) an answer is awaited as long as the socket is there.
  [[nodiscard]] IoAsk timeout(std::chrono::milliseconds timeout) { return {*this, timeout}; }
  [[nodiscard]] IoEmit compress(bool may) { return IoEmit(*this).compress(may); }
  [[nodiscard]] IoEmit onlyIfWritable() { return IoEmit(*this).onlyIfWritable(); }

  void join(std::string_view room);
  void leave(std::string_view room);
  [[nodiscard]] bool isIn(std::string_view room) const;
  [[nodiscard]] std::vector<std::string> rooms() const;
  /// The others of a room, or of the namespace.
  [[nodiscard]] IoBroadcast to(std::string_view room);
  [[nodiscard]] IoBroadcast broadcast();
  /// Takes the socket out of the namespace; with `close` the connection ends.
  void disconnect(bool close = false) { raw().disconnect(close); }

 private:
  friend class IoNamespace;
  friend class IoBroadcast;
  void setHandler(std::string event, Handler handler);
  void onEvent(const Event& event);
  void refuse(const IoEvent& event, const std::string& why);

  IoNamespace& nsp_;
  std::shared_ptr<const Handshake> handshake_;  // shared with middleware that decides later
  Socket* socket_ = nullptr;
  std::any data_;
  std::vector<std::pair<std::string, Handler>> handlers_;
  Handler any_;
  std::function<void(IoSocket&, const IoEvent&, const std::string&)> onInvalid_;
  std::function<void(IoSocket&, std::string_view)> onDisconnect_;
};

}  // namespace rookery::socketio
