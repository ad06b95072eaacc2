#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rookery/net/http_message.h"

namespace rookery::net {

/// Takes a client's bytes apart into requests, one after the other. Knows no socket.
/// Refuses what could be read in two ways (RFC 9112 §6.3): two different lengths, a length beside
/// chunked, unknown codings, bare LF or CR in the head, white space before a colon, a missing or
/// doubled Host in HTTP/1.1.
/// Thread: one at a time. Built on Boost.Beast's parser, which is kept out of this header.
class HttpParser {
 public:
  struct Limits {
    std::size_t headBytes = 16'384;     ///< request line and headers; more: 431
    std::size_t bodyBytes = 1'000'000;  ///< until setBodyLimit(); more: 413
  };
  enum class Status : std::uint8_t {
    kNeedMore,  ///< all input is used
    kHead,      ///< head() is there; feed again for the body, after setBodyLimit() if wanted
    kComplete,  ///< takeRequest() is there; the rest of the input belongs to the next request
    kError,     ///< errorStatus() and errorText() say what to answer, then close
  };

  explicit HttpParser(const Limits& limits);
  ~HttpParser();

  /// Uses the front of `input` and shortens it by that. kHead is reported once per request.
  [[nodiscard]] Status feed(std::span<const std::uint8_t>& input);
  [[nodiscard]] const HttpHead& head() const;
  /// Between kHead and the body. A Content-Length above it is refused at the next feed().
  void setBodyLimit(std::size_t bytes);
  /// What has come of the body since it was last asked, until kComplete and after.
  [[nodiscard]] std::string takeBody();
  /// After kComplete; makes ready for the next request.
  [[nodiscard]] HttpRequest takeRequest();

  /// Whether a request has begun and is not complete.
  [[nodiscard]] bool inRequest() const;
  /// 400, 413, 431, 501 or 505.
  [[nodiscard]] unsigned errorStatus() const;
  [[nodiscard]] std::string_view errorText() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rookery::net
