#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rookery/net/http_body.h"

namespace rookery::net {

/// The head of a request (RFC 9112). Names of headers are compared without case.
struct HttpHead {
  std::string method{};  ///< as sent, e.g. "GET"
  std::string target{};  ///< as sent, e.g. "/socket.io/?EIO=4"
  std::vector<std::pair<std::string, std::string>> headers{};  ///< in the order of sending
  unsigned version = 11;                                       ///< 10 or 11
  bool keepAlive = true;

  /// The first header of that name; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// All headers of that name as one, joined by commas (RFC 9110 §5.3).
  [[nodiscard]] std::string joined(std::string_view name) const;
  /// The part of `target` before '?'.
  [[nodiscard]] std::string_view path() const;
  /// The part of `target` behind '?', not decoded.
  [[nodiscard]] std::string_view query() const;
  /// The first query parameter of that name, percent-decoded ('+' is a space); nothing when there
  /// is none or when its escapes are broken.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
  /// Whether this asks for a WebSocket: GET, HTTP/1.1, Connection has `upgrade`, Upgrade has
  /// `websocket` (RFC 6455 §4.2.1; version and key are checked at the handshake).
  [[nodiscard]] bool isWebSocketUpgrade() const;
};

struct HttpRequest {
  HttpHead head;
  std::string body;                     ///< empty when it went to `sink`
  std::unique_ptr<BodySink> sink = {};  ///< has taken all of the body; null: none
};

struct HttpResponse {
  unsigned status = 200;
  /// Without Content-Length and Connection.
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  bool close = false;                    ///< ends the connection after it
  std::shared_ptr<BodySource> source{};  ///< the body, in place of `body`; null: none

  [[nodiscard]] std::uint64_t bodyBytes() const { return source ? source->bytes() : body.size(); }

  HttpResponse& with(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

/// The response as bytes, but for what its source has, with Date left out, Content-Length always
/// there (but for 1xx, 204 and 304) and `Connection: close` or, for HTTP/1.0, `keep-alive` where it
/// is needed. A response to HEAD keeps its Content-Length and has no body. CR and LF in header
/// values become spaces.
[[nodiscard]] std::string serialize(const HttpResponse& response, const HttpHead& request);
/// The reason phrase of RFC 9110, "Unknown" for others.
[[nodiscard]] std::string_view reasonPhrase(unsigned status);

}  // namespace rookery::net
