#include "load/tls_end.h"

#include <openssl/err.h>

#include <cerrno>

namespace rookery::bench {
namespace {

constexpr std::size_t kRecordBytes = 16 * 1024;

ssize_t failure(const SSL* ssl, int result) {
  const int reason = SSL_get_error(ssl, result);
  ERR_clear_error();
  if (reason == SSL_ERROR_ZERO_RETURN) return 0;
  errno = reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
  return -1;
}

}  // namespace

TlsClients::TlsClients() : context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX_set_mode(context(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context(), SSL_VERIFY_NONE, nullptr);
}

TlsEnd::TlsEnd(const TlsClients& clients, int fd) : ssl_(SSL_new(clients.context())) {
  SSL_set_fd(ssl_.get(), fd);
  SSL_set_connect_state(ssl_.get());
}

ssize_t TlsEnd::send(std::string_view bytes) {
  const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  return sent > 0 ? sent : failure(ssl_.get(), sent);
}

/// Record after record, while a whole one has room: what stays is the kernel's, and epoll tells.
ssize_t TlsEnd::receive(std::span<char> buffer) {
  std::size_t got = 0;
  while (buffer.size() - got >= kRecordBytes) {
    const int more = SSL_read(ssl_.get(), buffer.data() + got, kRecordBytes);
    if (more <= 0) {
      const ssize_t end = failure(ssl_.get(), more);
      return got > 0 ? static_cast<ssize_t>(got) : end;
    }
    got += static_cast<std::size_t>(more);
  }
  return static_cast<ssize_t>(got);
}

}  // namespace rookery::bench
