#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rookery/base/error.h"
#include "rookery/base/mutex.h"

struct ssl_ctx_st;
struct ssl_st;

/// TLS 1.2 and 1.3 (RFC 5246, RFC 8446) by OpenSSL, on the descriptors of streams.

namespace rookery::net {

/// One connection's TLS. Thread: its stream's loop; it may move with the descriptor.
class TlsSession {
 public:
  enum class Outcome : std::uint8_t {
    kDone,
    kWaits,      ///< for the peer's bytes
    kWantsRoom,  ///< for room in the kernel's buffer
    kEnded,      ///< the peer closed, or broke the protocol
  };
  explicit TlsSession(ssl_st* ssl) : ssl_(ssl) {}
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Reads into `buffer`, which takes a whole record; `got` says how much. Does the handshake
  /// first.
  [[nodiscard]] Outcome read(std::span<std::uint8_t> buffer, std::size_t& got);
  /// Room for what write() is to send. Empty while something waits to be sent.
  [[nodiscard]] std::string& chunk() { return chunk_; }
  static constexpr std::size_t kChunkBytes = 16 * 1024;  ///< a record's most
  /// Sends the chunk. kWaits: the handshake is not done yet.
  [[nodiscard]] Outcome write();
  [[nodiscard]] bool hasUnsent() const { return !chunk_.empty(); }
  /// What was wrong, when it ended with an error; empty when it did not. OpenSSL's words.
  [[nodiscard]] std::string_view failure() const { return failure_; }
  /// Tells the peer that nothing follows (close_notify).
  void close();

 private:
  Outcome outcomeOf(int result);

  ssl_st* ssl_;
  std::string chunk_;
  std::size_t sent_ = 0;  ///< of the chunk
  std::string_view failure_;
};

/// The server's certificate and key. Sessions are resumed by tickets; ALPN offers http/1.1.
/// Thread: any.
class TlsContext {
 public:
  /// PEM files: the certificate with its chain, and the private key. The error says what is wrong
  /// with which file.
  [[nodiscard]] static base::Result<std::unique_ptr<TlsContext>> load(std::string certificateFile,
                                                                      std::string keyFile);
  /// Reads the files again; connections from then on get the new certificate. On failure all stays
  /// as it was.
  [[nodiscard]] base::Result<void> reload();
  /// For an accepted descriptor; null when there is no memory for it.
  [[nodiscard]] std::unique_ptr<TlsSession> accept(int descriptor);

 private:
  using Handle = std::shared_ptr<ssl_ctx_st>;
  TlsContext(std::string certificateFile, std::string keyFile)
      : certificateFile_(std::move(certificateFile)), keyFile_(std::move(keyFile)) {}
  [[nodiscard]] base::Result<Handle> read() const;

  const std::string certificateFile_;
  const std::string keyFile_;
  base::Mutex mutex_;
  Handle current_ ROOKERY_GUARDED_BY(mutex_);
};

}  // namespace rookery::net
