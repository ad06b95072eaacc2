#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct z_stream_s;

/// permessage-deflate: compressed WebSocket messages (RFC 7692).

namespace rookery::net {

/// What the server offers.
struct DeflateOptions {
  bool enabled = false;
  std::size_t threshold = 1024;  ///< bytes; shorter messages are sent as they are
  /// Keeps a window over messages: smaller messages, some 300 KiB a connection, and a broadcast is
  /// compressed for every socket on its own.
  bool contextTakeover = false;
};

/// What both sides agreed on.
struct DeflateTerms {
  int serverWindowBits = 15;
  bool serverTakeover = false;
  bool clientTakeover = false;

  bool operator==(const DeflateTerms&) const = default;
};

struct DeflateAgreement {
  DeflateTerms terms;
  std::string response;  ///< the value of Sec-WebSocket-Extensions
};

/// The first acceptable of the offers in a Sec-WebSocket-Extensions header; nothing when there is
/// none (RFC 7692 §7.1: unknown parameters, bad values or repeated ones decline an offer).
[[nodiscard]] std::optional<DeflateAgreement> negotiateDeflate(std::string_view offers,
                                                               const DeflateOptions& options);

/// A raw DEFLATE stream for one direction. Thread: one at a time.
class Deflater {
 public:
  explicit Deflater(int windowBits);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  /// The message without its last four bytes (RFC 7692 §7.2.1). Without `keepsWindow` what came
  /// before is forgotten first.
  [[nodiscard]] std::string pack(std::string_view message, bool keepsWindow);

 private:
  std::unique_ptr<z_stream_s> stream_;
};

/// The other direction.
class Inflater {
 public:
  enum class Outcome : std::uint8_t { kDone, kBroken, kTooBig };

  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Replaces `message` by what it unpacks to (RFC 7692 §7.2.2), at most `limit` bytes.
  [[nodiscard]] Outcome unpack(std::vector<std::uint8_t>& message, std::size_t limit,
                               bool keepsWindow);

 private:
  std::unique_ptr<z_stream_s> stream_;
};

/// One connection's share: its terms, and streams of its own where a window is kept; without one
/// all connections of a thread use the same.
/// Thread: the connection's loop.
class MessageDeflate {
 public:
  explicit MessageDeflate(const DeflateTerms& terms) : terms_(terms) {}

  [[nodiscard]] Inflater::Outcome unpack(std::vector<std::uint8_t>& message, std::size_t limit);
  [[nodiscard]] std::string pack(std::string_view message);
  /// Whether a message looks the same for every connection: then it is compressed once.
  [[nodiscard]] bool sharesMessages() const;
  /// Whether a message may refer to those that were sent before it.
  [[nodiscard]] bool keepsWindow() const { return terms_.serverTakeover; }

 private:
  const DeflateTerms terms_;
  std::unique_ptr<Deflater> deflater_;
  std::unique_ptr<Inflater> inflater_;
};

/// A message compressed without a window, as MessageDeflate::sharesMessages() means it.
/// Thread: any.
[[nodiscard]] std::string packAlone(std::string_view message);

}  // namespace rookery::net
