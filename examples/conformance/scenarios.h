#pragma once

#include "rookery/base/error.h"
#include "settings.h"

/// What public suites expect of a server under test. Each serves until SIGINT or SIGTERM; the error
/// says why it could not begin.
namespace rookery::conformance {

/// Sends every Engine.IO message back, at /engine.io/.
[[nodiscard]] base::Result<void> serveEngineIo(const Settings& settings);
/// The counterpart of the tests of engine.io-client, at /engine.io/.
[[nodiscard]] base::Result<void> serveEngineIoClient(const Settings& settings);
/// Namespaces "/" and "/custom" that send back what they are sent.
[[nodiscard]] base::Result<void> serveSocketIo(const Settings& settings);
/// The same with connection state recovery, rooms to join and broadcasts to the others.
[[nodiscard]] base::Result<void> serveRecovery(const Settings& settings);
/// The counterpart of the tests of socket.io-client.
[[nodiscard]] base::Result<void> serveSocketIoClient(const Settings& settings);
/// WebSocket messages, echoed at any path, without Engine.IO.
[[nodiscard]] base::Result<void> serveWebSocketEcho(const Settings& settings);

}  // namespace rookery::conformance
