#pragma once

#include "rookery/base/clock.h"
#include "rookery/chat/options.h"
#include "rookery/chat/tokens.h"
#include "rookery/socketio/server.h"

namespace rookery::chat {

/// Tells sockets that their token is about to expire, and ends those whose has (events.md, token
/// renewal). An idle socket holds no timer for it: only a token whose time is near has one.
/// Thread: the socket's loop; sweep() any.
class TokenWatch {
 public:
  struct Parts {
    const Options& options;
    const base::Clock& clock;
    socketio::Server& server;
    socketio::Namespace& nsp;
  };
  explicit TokenWatch(const Parts& parts) : p_(parts) {}

  /// After the socket was given a token.
  void watch(socketio::Socket& socket);
  /// Finds the tokens whose time draws near; to be called about every 10 s.
  void sweep();

 private:
  void check(socketio::Socket& socket);
  void end(socketio::Socket& socket);

  const Parts p_;
};

}  // namespace rookery::chat
