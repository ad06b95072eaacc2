#pragma once

#include <string>

namespace rookery::app {

/// The payloads of all events as TypeScript, from the same table as the AsyncAPI document:
/// `ClientToServerEvents` and `ServerToClientEvents`, as socket.io-client's `Socket` takes them.
/// Thread: any.
[[nodiscard]] std::string eventTypes();

}  // namespace rookery::app
