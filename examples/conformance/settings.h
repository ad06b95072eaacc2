#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "rookery/base/error.h"
#include "rookery/engineio/options.h"
#include "rookery/socketio/options.h"

namespace rookery::conformance {

/// What the command line says; what it leaves open is the scenario's.
struct Settings {
  std::string listen = "127.0.0.1:0";
  std::string scenario;
  std::optional<std::chrono::milliseconds> pingInterval;
  std::optional<std::chrono::milliseconds> pingTimeout;
  std::optional<std::chrono::milliseconds> connectTimeout;
  std::optional<std::size_t> maxPayload;
  std::optional<std::chrono::milliseconds> recovery;
  bool deflate = false;
  bool eio3 = false;
  bool msgpack = false;

  /// Engine.IO's options: these defaults of the scenario, and over them the command line's.
  /// Socket.IO's options: what the command line says, or else these.
  [[nodiscard]] socketio::Options sockets(std::chrono::milliseconds connectWithin,
                                          std::chrono::milliseconds recoverWithin) const;
  [[nodiscard]] engineio::Options engine(std::chrono::milliseconds interval,
                                         std::chrono::milliseconds timeout,
                                         std::size_t payload = 1'000'000) const;
};

/// The error is a line for people: unknown flags, values that are no numbers, and flags for what
/// the library does not have.
[[nodiscard]] base::Result<Settings> parse(int count, char** arguments);

[[nodiscard]] std::string_view usage();

}  // namespace rookery::conformance
