#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "rookery/base/error.h"
#include "rookery/net/epoll_loop.h"
#include "rookery/net/http_connection.h"

namespace rookery::net {

/// A listening TCP descriptor.
struct ListenAddress {
  std::string host;  ///< a literal IPv4 or IPv6 address, or "localhost"
  std::uint16_t port = 0;
};

/// Parses HOST:PORT, [IPV6]:PORT or :PORT. kInvalidPayload with the reason else.
[[nodiscard]] base::Result<ListenAddress> parseListenAddress(const std::string& text);

/// What reaches the address, e.g. "http://127.0.0.1:3000".
[[nodiscard]] std::string urlOf(const ListenAddress& address, bool tls);

/// Binds one descriptor for each of `count` loops to the same address (SO_REUSEPORT: the kernel
/// spreads connections over them). Port 0 picks a free one, which `address` then says.
/// The error says which step failed and why.
[[nodiscard]] base::Result<std::vector<int>> bindListeners(ListenAddress& address, unsigned count);

/// A socket at `path` of the file system (unix(7)) that listens, once for each of `count` loops.
/// What lies there is replaced unless somebody listens at it. Mode 0660: who may connect is a
/// matter of its owner and group. The path has at most 107 bytes.
[[nodiscard]] base::Result<std::vector<int>> bindUnixListeners(const std::string& path,
                                                               unsigned count);

/// Accepts on one loop and makes an HttpConnection of each, once its proxy has said whose it is
/// where the PROXY protocol is spoken. When descriptors run out it stops accepting for 100 ms, so
/// that the loop serves those that are there.
/// Thread: its loop.
/// Limit:  a header that is not there within 5 s ends the connection.
class Listener final : public EpollLoop::Watcher {
 public:
  /// Takes over the descriptor.
  Listener(EpollLoop& loop, int descriptor, HttpServerContext& context);
  ~Listener() override;

  /// Closes the listening descriptor; those accepted stay.
  void close();

 private:
  class Prelude;

  void onReady(std::uint32_t epollEvents) override;
  void pause();
  /// A connection whose client is known.
  void begin(int descriptor, PeerAddress peer);
  /// What the proxy of a connection said was read, or was nothing.
  void finish(Prelude& prelude);

  EpollLoop& loop_;
  int descriptor_;
  HttpServerContext& context_;
  Timer resume_;
  std::unordered_map<Prelude*, std::unique_ptr<Prelude>> preludes_;
};

}  // namespace rookery::net
