#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <memory>
#include <span>
#include <string_view>

namespace rookery::bench {

/// What all clients that speak TLS share. They check no certificate: it is the bench's own.
class TlsClients {
 public:
  TlsClients();
  [[nodiscard]] SSL_CTX* context() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

/// The client's end of TLS on a non-blocking socket, the handshake included.
/// Thread: owner.
class TlsEnd {
 public:
  TlsEnd(const TlsClients& clients, int fd);

  /// As send(2) and recv(2). EAGAIN also while the other side has the word.
  [[nodiscard]] ssize_t send(std::string_view bytes);
  [[nodiscard]] ssize_t receive(std::span<char> buffer);

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace rookery::bench
