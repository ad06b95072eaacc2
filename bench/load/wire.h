#pragma once

#include <netinet/in.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "load/tls_end.h"

namespace rookery::bench {

class Client;

/// One TCP connection of a client; never blocks. What the kernel does not take is kept and sent
/// when the socket is writable again.
/// Thread: owner.
class Wire {
 public:
  explicit Wire(Client& client) : client_(client) {}
  ~Wire() { close(); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Begins to connect from `source`, an address in host order, and tells `epoll`; by TLS when
  /// `tls` is there. False, with errno, when that fails at once.
  [[nodiscard]] bool open(int epoll, const sockaddr_in& target, std::uint32_t source,
                          const TlsClients* tls);
  void close();
  [[nodiscard]] bool isOpen() const { return fd_ >= 0; }

  /// False when the connection is broken.
  [[nodiscard]] bool send(std::string_view bytes);
  [[nodiscard]] bool flush();
  /// As recv(2).
  [[nodiscard]] ssize_t receive(std::span<char> buffer);
  /// Stops to read, and to be told that there is something to be read.
  void pause();

  [[nodiscard]] Client& client() { return client_; }

 private:
  void watch(std::uint32_t events);
  [[nodiscard]] ssize_t put(std::string_view bytes);

  Client& client_;
  int fd_ = -1;
  int epoll_ = -1;
  bool connected_ = false;
  std::uint32_t readEvents_ = 0;
  std::uint32_t events_ = 0;
  std::string unsent_;
  std::unique_ptr<TlsEnd> tls_;
};

}  // namespace rookery::bench
