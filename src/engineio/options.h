#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "rookery/base/function.h"
#include "rookery/net/cors.h"
#include "rookery/net/http_message.h"
#include "rookery/net/loop.h"
#include "rookery/net/message_deflate.h"

namespace rookery::engineio {

/// Engine.IO's settings (protocol.md 1) and the limits of a session.
struct Options {
  std::string path = "/socket.io/";
  std::chrono::milliseconds pingInterval{25'000};
  std::chrono::milliseconds pingTimeout{20'000};
  std::chrono::milliseconds upgradeTimeout{10'000};
  std::size_t maxHttpBufferSize = 1'000'000;  ///< bytes of a POST body and of a message
  bool allowUpgrades = true;
  /// Also speaks revision 3, with the clients of Socket.IO 1 and 2 (protocol.md 2.11).
  bool allowEio3 = false;
  std::size_t maxSessions = 1'000'000;   ///< of all loops; more are refused with 503
  std::size_t maxQueuedBytes = 1 << 20;  ///< unsent, of one session: then it is too slow
  net::DeflateOptions deflate;           ///< of WebSocket messages
  /// The answer that opens a session over polling has its id in a cookie `io`: for balancers that
  /// send all requests of a session to one server.
  bool cookie = false;
  net::Cors cors;
  /// Asked on the connection's loop before a session is opened. Decides at once or later, on that
  /// loop: a text refuses with 403 and is the error's message.
  using Decide = base::UniqueFunction<void(std::optional<std::string> refusal)>;
  std::function<void(const net::HttpHead&, net::Loop&, Decide)> allowRequest{};
  /// Adds headers, cookies say, to the answer that opens a session over polling.
  std::function<void(const net::HttpHead&, net::HttpResponse&)> onHandshake{};
};

}  // namespace rookery::engineio
