#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "rookery/app/admin.h"
#include "rookery/base/error.h"

namespace rookery::app {

/// Serves the command line while the server runs: a Unix socket of mode 0600 that takes one request
/// line a connection and answers it with one line (admin_json.h).
/// Thread:   start() and the destructor by the owner; requests are carried out one after the other
///           on a thread of its own, named `admin`.
/// At limit: a connection beyond kMaxConnections is answered OVERLOADED, a line beyond
///           kMaxAdminLine TOO_LARGE; one that is not complete in time is closed.
class AdminSocket {
 public:
  static constexpr std::size_t kMaxConnections = 8;
  static constexpr std::chrono::milliseconds kPatience{5'000};

  /// Replaces a socket that is left at `path`: the caller holds the data folder's lock. `backend`
  /// outlives this. `patience` is how long a connection may take to send its request, and to take
  /// the answer.
  [[nodiscard]] static base::Result<std::unique_ptr<AdminSocket>> start(
      const std::string& path, AdminBackend& backend,
      std::chrono::milliseconds patience = kPatience);
  /// Finishes the request that is being carried out, closes the others, removes the socket. Before
  /// the store is closed.
  ~AdminSocket();
  AdminSocket(const AdminSocket&) = delete;
  AdminSocket& operator=(const AdminSocket&) = delete;

 private:
  struct Impl;
  explicit AdminSocket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rookery::app
