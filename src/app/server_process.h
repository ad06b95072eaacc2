#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "rookery/app/config.h"
#include "rookery/base/error.h"
#include "rookery/base/function.h"

namespace rookery::app {

/// The whole server: its threads, its store and what is wired between them.
/// Thread: main; the callbacks as they say.
class ServerProcess {
 public:
  /// Why it could not start.
  struct StartError {
    bool ofStore = false;  ///< the store or its folder, else the address
    std::string message;
  };

  /// Opens the store, binds the address and starts the threads. `onBroken` is called once, on a
  /// thread of the store, when the store cannot be trusted any more.
  [[nodiscard]] static tl::expected<std::unique_ptr<ServerProcess>, StartError> start(
      const Config& config, base::UniqueFunction<void()> onBroken);
  /// Stops at once what was not drained.
  ~ServerProcess();

  /// Where it listens, e.g. "http://127.0.0.1:3000".
  [[nodiscard]] const std::string& url() const;
  /// What has to be done now and then; call about every 10 s.
  void sweep();
  /// Reads the certificate, and the keys that `config` names, again; what comes from then on meets
  /// the new ones. What fails stays as it was, which the log says.
  void reload(const Config& config);

  // Draining, step by step (delivery.md, drain):
  /// Readiness turns red, handshakes and new messages are refused, clients are told.
  void beginDrain();
  /// Whether all that was accepted has its outcome.
  [[nodiscard]] bool isCommitted() const;
  /// Closes the listeners and all connections, once what is queued for them was written.
  void closeConnections();
  [[nodiscard]] bool isClosed() const;

 private:
  struct Impl;
  explicit ServerProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rookery::app
