#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "rookery/socketio/recovery.h"

namespace rookery::socketio {

/// How packets are written; all clients of a server must write them alike (protocol.md 3.6).
enum class Parser : std::uint8_t { kJson, kMsgpack };

/// Socket.IO's settings (protocol.md 1) and limits.
struct Options {
  std::chrono::milliseconds connectTimeout{45'000};  ///< to join a first namespace
  std::uint32_t maxAttachments = 10;                 ///< of one packet
  std::size_t inboxItems = 100'000;  ///< of a loop; beyond it isOverloaded() says so
  /// Namespaces that clients make by joining them (Io::ofMatching); beyond it a name is unknown.
  std::size_t maxDynamicNamespaces = 1000;
  RecoveryOptions recovery;
  Parser parser = Parser::kJson;
  /// Whether the headers and the query of the handshake are kept for the whole connection.
  bool keepHandshake = false;
};

}  // namespace rookery::socketio
