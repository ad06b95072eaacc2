#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "rookery/net/http_host.h"
#include "rookery/socketio/io.h"

namespace rookery::conformance {

/// Two, so that what belongs to a session arrives on another loop than its own as well.
inline constexpr unsigned kLoops = 2;

inline void sayListening(const std::string& url) {
  std::printf("listening on %s\n", url.c_str());
  std::fflush(stdout);
}

/// Serves until SIGINT or SIGTERM.
inline void serve(net::HttpHost& host, net::HttpService& service) {
  net::HttpHost::takeStopSignals();
  host.start(service);
  sayListening(host.url());
  net::HttpHost::waitForStopSignal();
  host.stop();
}

/// The same for a Socket.IO server: signals are taken before anybody learns where to connect.
inline void serveUntilStopped(socketio::Io& io) {
  net::HttpHost::takeStopSignals();
  io.start();
  sayListening(io.url());
  net::HttpHost::waitForStopSignal();
  io.stop();
}

}  // namespace rookery::conformance
