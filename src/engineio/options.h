#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "rookery/net/cors.h"

namespace rookery::engineio {

/// Engine.IO's settings (protocol.md 1) and the limits of a session.
struct Options {
  std::string path = "/socket.io/";
  std::chrono::milliseconds pingInterval{25'000};
  std::chrono::milliseconds pingTimeout{20'000};
  std::chrono::milliseconds upgradeTimeout{10'000};
  std::size_t maxHttpBufferSize = 1'000'000;  ///< bytes of a POST body and of a message
  bool allowUpgrades = true;
  std::size_t maxSessions = 1'000'000;        ///< of all loops; more are refused with 503
  std::size_t maxQueuedBytes = 1 << 20;       ///< unsent, of one session: then it is too slow
  net::Cors cors;
};

}  // namespace rookery::engineio
