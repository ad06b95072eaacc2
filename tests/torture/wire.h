#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "witness/client.h"

namespace rookery::torture {

using std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Real sockets and real time for the clients of a run. Thread: one.
class Wire {
 public:
  explicit Wire(std::uint16_t port) : port_(port) {}

  void after(milliseconds delay, std::function<void()> what);
  /// To the server on the loopback; refused connections are told as onCut().
  [[nodiscard]] std::unique_ptr<witness::Line> connect(witness::Peer& peer);
  /// Until `end`, or until `done` says so.
  void run(SteadyTime end, const std::function<bool()>& done);

 private:
  class SocketLine;
  struct Socket {
    int file = -1;
    witness::Peer* peer = nullptr;  ///< null: the client is gone
    bool reads = true;
    std::string unsent;
  };

  void waitUntil(SteadyTime end);
  void serve(Socket& socket, short events);
  void receive(Socket& socket);
  void flush(Socket& socket);
  static void drop(Socket& socket);

  const std::uint16_t port_;
  std::multimap<SteadyTime, std::function<void()>> timers_;
  std::vector<std::shared_ptr<Socket>> sockets_;
};

}  // namespace rookery::torture
