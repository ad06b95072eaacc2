#include "rookery/net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <utility>

namespace rookery::net {
namespace {

constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr std::string_view kSessionContext = "rookery";

/// The newest of OpenSSL's errors on this thread; the others are dropped.
std::string lastError() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  ERR_error_string_n(code, text.data(), text.size());
  const char* const reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : text.data();
}

/// http/1.1 when the client knows it; otherwise the handshake goes on without a protocol.
int selectProtocol(SSL*, const unsigned char** out, unsigned char* outLength,
                   const unsigned char* in, unsigned length, void*) {
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, outLength, kHttp11.data(), kHttp11.size(), in, length);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TlsSession::~TlsSession() { SSL_free(ssl_); }

TlsSession::Outcome TlsSession::outcomeOf(int result) {
  const int error = SSL_get_error(ssl_, result);
  if (error == SSL_ERROR_SSL) {
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    failure_ = reason == nullptr ? "unknown" : reason;
  }
  ERR_clear_error();
  if (error == SSL_ERROR_WANT_READ) return Outcome::kWaits;
  if (error == SSL_ERROR_WANT_WRITE) return Outcome::kWantsRoom;
  return Outcome::kEnded;
}

TlsSession::Outcome TlsSession::read(std::span<std::uint8_t> buffer, std::size_t& got) {
  got = 0;
  const int result = SSL_read_ex(ssl_, buffer.data(), buffer.size(), &got);
  return result == 1 ? Outcome::kDone : outcomeOf(result);
}

TlsSession::Outcome TlsSession::write() {
  while (sent_ < chunk_.size()) {
    std::size_t taken = 0;
    const int result = SSL_write_ex(ssl_, chunk_.data() + sent_, chunk_.size() - sent_, &taken);
    if (result != 1) return outcomeOf(result);
    sent_ += taken;
  }
  chunk_ = {};
  sent_ = 0;
  return Outcome::kDone;
}

void TlsSession::close() {
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

base::Result<std::unique_ptr<TlsContext>> TlsContext::load(std::string certificateFile,
                                                           std::string keyFile) {
  auto context =
      std::unique_ptr<TlsContext>(new TlsContext(std::move(certificateFile), std::move(keyFile)));
  if (const auto read = context->reload(); !read) return base::fail(read.error());
  return context;
}

base::Result<void> TlsContext::reload() {
  base::Result<Handle> fresh = read();
  if (!fresh) return base::fail(fresh.error());
  const base::MutexLock lock(mutex_);
  current_ = std::move(*fresh);
  return {};
}

base::Result<TlsContext::Handle> TlsContext::read() const {
  const auto failed = [](const std::string& what) {
    return base::fail(base::ErrorCode::kInvalidPayload, what + ": " + lastError());
  };
  Handle handle(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (handle == nullptr) return failed("TLS");
  SSL_CTX* const context = handle.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Idle connections give their buffers back.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_id_context(context,
                                 reinterpret_cast<const unsigned char*>(kSessionContext.data()),
                                 kSessionContext.size());
  SSL_CTX_set_alpn_select_cb(context, selectProtocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context, certificateFile_.c_str()) != 1) {
    return failed("cannot read the certificate " + certificateFile_);
  }
  if (SSL_CTX_use_PrivateKey_file(context, keyFile_.c_str(), SSL_FILETYPE_PEM) != 1) {
    return failed("cannot read the key " + keyFile_);
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return failed("the key " + keyFile_ + " does not belong to the certificate");
  }
  return handle;
}

std::unique_ptr<TlsSession> TlsContext::accept(int descriptor) {
  Handle context;
  {
    const base::MutexLock lock(mutex_);
    context = current_;
  }
  SSL* const ssl = SSL_new(context.get());
  if (ssl == nullptr || SSL_set_fd(ssl, descriptor) != 1) {
    SSL_free(ssl);
    return nullptr;
  }
  SSL_set_accept_state(ssl);
  return std::make_unique<TlsSession>(ssl);
}

}  // namespace rookery::net
