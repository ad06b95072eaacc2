#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rookery/base/error.h"
#include "rookery/engineio/options.h"
#include "rookery/socketio/args.h"
#include "rookery/socketio/handshake.h"
#include "rookery/socketio/namespace.h"
#include "rookery/socketio/options.h"
#include "rookery/socketio/socket.h"

/// A Socket.IO server as its users know it: `io.of("/x").onConnection(...)`, `socket.on(...)`,
/// `io.to("room").except(id).emit(...)`. A layer over Namespace and Socket, which programs that
/// count every allocation use themselves.

namespace rookery::socketio {

class Io;
class IoNamespace;
class IoSocket;

/// The answer to an event; empty when none was asked for. Copied freely; the first call counts.
/// Thread: any.
class IoAck {
 public:
  IoAck() = default;
  IoAck(IoNamespace& nsp, AckTarget target);

  template <typename... T>
  void operator()(const T&... values) const {
    send(Args::of(values...));
  }
  void send(const Args& args) const;
  [[nodiscard]] explicit operator bool() const { return target_ != nullptr; }

 private:
  IoNamespace* nsp_ = nullptr;
  std::shared_ptr<std::optional<AckTarget>> target_;  // shared by copies: answered once
};

/// An event of a client. Good until the handler returns; `ack` may be kept.
struct IoEvent {
  std::string_view name;
  std::span<const base::JsonValue> values;  ///< buffers are placeholders: see bytes()
  std::span<const std::string> attachments;
  std::string_view json;  ///< the values as they were sent, joined by commas
  IoAck ack;

  /// A copy of all arguments, to be emitted again or kept.
  [[nodiscard]] Args args() const { return Args::received(json, values, attachments); }
  /// The text of that argument; nothing when it is absent or none.
  [[nodiscard]] std::optional<std::string_view> text(std::size_t index) const;
  /// The buffer of that argument; nothing when it is absent or none.
  [[nodiscard]] std::optional<std::string_view> bytes(std::size_t index) const;
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
  template <typename... T>
  void emit(std::string_view event, const T&... values) {
    send(event, Args::of(values...));
  }
  void send(std::string_view event, const Args& args);
  /// Takes the sockets out of the namespace; with `close` their connections end.
  void disconnectSockets(bool close = false);
  void socketsJoin(std::string_view room);
  void socketsLeave(std::string_view room);

 private:
  void forEach(const std::function<void(IoSocket&)>& visit);

  IoNamespace& nsp_;
  std::vector<RoomRef> rooms_;
  std::vector<RoomRef> exceptRooms_;
  SocketRef except_;
  net::FrameClass frameClass_ = net::FrameClass::kMessage;
};

/// What a client answered: nothing when it did not in time, or went.
using IoAnswer = std::function<void(std::optional<Args>)>;

/// Emits that ask for an answer: `socket.timeout(5s).emit("event", answer, values...)`.
class IoAsk {
 public:
  IoAsk(IoSocket& socket, std::chrono::milliseconds timeout) : socket_(socket), timeout_(timeout) {}
  /// `answer` runs once, on the socket's loop.
  template <typename... T>
  void emit(std::string_view event, IoAnswer answer, const T&... values) {
    send(event, std::move(answer), Args::of(values...));
  }
  void send(std::string_view event, IoAnswer answer, const Args& args);

 private:
  IoSocket& socket_;
  std::chrono::milliseconds timeout_;
};

/// A client in a namespace.
/// Thread: its loop. Good until the handler returns: what runs later keeps id() and emits to that.
class IoSocket final : public SocketState {
 public:
  using Handler = std::function<void(IoSocket&, const IoEvent&)>;

  IoSocket(IoNamespace& nsp, std::shared_ptr<const Handshake> handshake);
  ~IoSocket() override;

  [[nodiscard]] const std::string& id() const { return raw().id(); }
  /// Whether the client was cut off and is back: with the id and the rooms that it had, and sent
  /// what it missed (Options::sockets.recovery).
  [[nodiscard]] bool recovered() const { return raw().recovered(); }
  [[nodiscard]] const Handshake& handshake() const { return *handshake_; }
  [[nodiscard]] IoNamespace& nsp() const { return nsp_; }
  [[nodiscard]] Socket& raw() const { return *socket_; }

  /// One handler an event name; a second replaces the first.
  void on(std::string event, Handler handler);
  /// Events that no handler was set for.
  void onAny(Handler handler) { any_ = std::move(handler); }
  void onDisconnect(std::function<void(IoSocket&, std::string_view reason)> handler);

  template <typename... T>
  void emit(std::string_view event, const T&... values) {
    send(event, Args::of(values...));
  }
  void send(std::string_view event, const Args& args);
  /// Without a timeout (0) an answer is awaited as long as the socket is there.
  [[nodiscard]] IoAsk timeout(std::chrono::milliseconds timeout) { return IoAsk(*this, timeout); }

  void join(std::string_view room);
  void leave(std::string_view room);
  [[nodiscard]] bool isIn(std::string_view room) const;
  /// The others of a room, or of the namespace.
  [[nodiscard]] IoBroadcast to(std::string_view room);
  [[nodiscard]] IoBroadcast broadcast();
  /// Takes the socket out of the namespace; with `close` the connection ends.
  void disconnect(bool close = false) { raw().disconnect(close); }

 private:
  friend class IoNamespace;
  void onEvent(const Event& event);

  IoNamespace& nsp_;
  std::shared_ptr<const Handshake> handshake_;  // shared with middleware that decides later
  Socket* socket_ = nullptr;
  std::vector<std::pair<std::string, Handler>> handlers_;
  Handler any_;
  std::function<void(IoSocket&, std::string_view)> onDisconnect_;
};

/// Thread: handlers are set before Io::run() or start(); emits any.
class IoNamespace {
 public:
  /// Called with nothing the client goes on to the next one, with a refusal it is not let in.
  /// Called on the loop that the middleware was called on, at once or later.
  using Next = std::function<void(std::optional<Refusal>)>;
  using Middleware = std::function<void(const std::shared_ptr<const Handshake>&, Next)>;

  IoNamespace(Io& io, Namespace& raw);

  IoNamespace& use(Middleware middleware);
  IoNamespace& onConnection(std::function<void(IoSocket&)> handler);

  [[nodiscard]] IoBroadcast to(std::string_view room) { return IoBroadcast(*this).to(room); }
  [[nodiscard]] IoBroadcast except(std::string_view room) {
    return IoBroadcast(*this).except(room);
  }
  template <typename... T>
  void emit(std::string_view event, const T&... values) {
    IoBroadcast(*this).emit(event, values...);
  }

  [[nodiscard]] const std::string& name() const { return raw_.name(); }
  [[nodiscard]] Namespace& raw() const { return raw_; }
  [[nodiscard]] Io& io() const { return io_; }

 private:
  friend class IoBroadcast;
  using Decide = std::shared_ptr<base::UniqueFunction<void(Namespace::Admission)>>;
  void admit(const std::shared_ptr<const Handshake>& handshake, std::size_t step,
             const Decide& decide);
  void begin(Socket& socket);

  Io& io_;
  Namespace& raw_;
  const RoomRef everyone_;
  std::vector<Middleware> middleware_;
  std::function<void(IoSocket&)> onConnection_;
};

/// The server: `Io::listen()`, then handlers, then run().
/// Thread: its maker's; of() before start().
class Io {
 public:
  struct Options {
    std::string listen = "127.0.0.1:3000";  ///< HOST:PORT; port 0 picks a free one
    /// Handlers run on the loop of their socket: with several, at the same time.
    unsigned loops = 1;
    std::string certificate{};  ///< a PEM file with the chain; empty: no TLS
    std::string key{};          ///< the PEM file of its key
    engineio::Options engine{};
    socketio::Options sockets{};
  };
  /// Listens, but accepts nobody yet. The error says why it cannot.
  [[nodiscard]] static base::Result<std::unique_ptr<Io>> listen(Options options);
  ~Io();

  /// The namespace of that name, made when there is none. Clients may join only what was made.
  [[nodiscard]] IoNamespace& of(std::string_view name);
  IoNamespace& use(IoNamespace::Middleware middleware) {
    return of("/").use(std::move(middleware));
  }
  IoNamespace& onConnection(std::function<void(IoSocket&)> handler) {
    return of("/").onConnection(std::move(handler));
  }
  [[nodiscard]] IoBroadcast to(std::string_view room) { return of("/").to(room); }
  [[nodiscard]] IoBroadcast except(std::string_view room) { return of("/").except(room); }
  template <typename... T>
  void emit(std::string_view event, const T&... values) {
    of("/").emit(event, values...);
  }

  /// Answers a GET of exactly that path, outside of Socket.IO's, with `body`. Before start().
  void page(std::string path, std::string contentType, std::string body);

  /// Where it listens, e.g. "http://127.0.0.1:3000".
  [[nodiscard]] const std::string& url() const;
  [[nodiscard]] Server& server() const;
  /// Serves on threads of its own until stop(); run() does so until SIGINT or SIGTERM.
  void start();
  void stop();
  void run();

 private:
  struct Impl;
  explicit Io(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rookery::socketio
