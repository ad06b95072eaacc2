#pragma once

#include <functional>
#include <memory>
#include <regex>
#include <string>
#include <string_view>

#include "rookery/base/error.h"
#include "rookery/engineio/options.h"
#include "rookery/socketio/io_broadcast.h"
#include "rookery/socketio/io_namespace.h"
#include "rookery/socketio/io_socket.h"
#include "rookery/socketio/options.h"

/// A Socket.IO server as its users know it: `io.of("/x").onConnection(...)`, `socket.on(...)`,
/// `io.to("room").except(id).emit(...)`. A layer over Namespace and Socket, which programs that
/// count every allocation use themselves.

namespace rookery::socketio {

class Server;

/// The server: `Io::listen()`, then handlers, then run().
/// Thread: its maker's; of() and what emits any.
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
  /// Namespaces that come to be when a client joins them; before start(). The first pattern that
  /// takes a name makes it. A regular expression matches anywhere in a name unless it has ^ and $,
  /// as in JavaScript.
  [[nodiscard]] IoDynamic& ofMatching(IoDynamic::Matches matches);
  [[nodiscard]] IoDynamic& ofMatching(std::regex pattern);
  IoHandlers& use(IoHandlers::Middleware middleware) { return of("/").use(std::move(middleware)); }
  IoHandlers& onConnection(std::function<void(IoSocket&)> handler) {
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
