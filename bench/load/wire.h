#pragma once

#include <netinet/in.h>
#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

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

  /// Begins to connect from `source`, an address in host order, and tells `epoll`. False, with
  /// errno, when that fails at once.
  [[nodiscard]] bool open(int epoll, const sockaddr_in& target, std::uint32_t source);
  void close();
  [[nodiscard]] bool isOpen() const { return fd_ >= 0; }

  /// False when the connection is broken.
  [[nodiscard]] bool send(std::string_view bytes);
  [[nodiscard]] bool flush();
  /// As recv(2).
  [[nodiscard]] ssize_t receive(std::span<char> buffer) const;
  /// Stops to read, and to be told that there is something to be read.
  void pause();

  [[nodiscard]] Client& client() { return client_; }

 private:
  void watch(std::uint32_t events);

  Client& client_;
  int fd_ = -1;
  int epoll_ = -1;
  bool connected_ = false;
  std::uint32_t readEvents_ = 0;
  std::uint32_t events_ = 0;
  std::string unsent_;
};

}  // namespace rookery::bench
