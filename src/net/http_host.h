#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rookery/base/error.h"
#include "rookery/net/http_service.h"

namespace rookery::net {

/// Loops with their threads, and a listener on each: all that a program needs to serve a service.
/// Thread: its maker's.
class HttpHost {
 public:
  struct Options {
    std::string listen = "127.0.0.1:3000";  ///< HOST:PORT; port 0 picks a free one
    unsigned loops = 1;                     ///< 0: one a core
    std::string certificate{};              ///< a PEM file with the chain; empty: no TLS
    std::string key{};                      ///< the PEM file of its key
  };

  /// Listens, but accepts nothing yet. The error says why it cannot.
  [[nodiscard]] static base::Result<std::unique_ptr<HttpHost>> bind(const Options& options);
  ~HttpHost();

  /// Good until the host goes.
  [[nodiscard]] std::vector<Loop*> loops() const;
  /// Where it listens, e.g. "http://127.0.0.1:3000".
  [[nodiscard]] const std::string& url() const;

  /// Starts the threads. Once; `service` stays until stop().
  void start(HttpService& service);
  /// Closes all connections and joins the threads.
  void stop();
  /// Blocks SIGINT and SIGTERM in this thread and those that start() makes, so call it before.
  static void takeStopSignals();
  /// Returns when one of them has come.
  static void waitForStopSignal();

 private:
  struct Impl;
  explicit HttpHost(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rookery::net
