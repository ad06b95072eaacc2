#pragma once

#include <string>
#include <string_view>

#include "rookery/base/clock.h"
#include "rookery/net/http_message.h"
#include "rookery/socketio/namespace.h"

namespace rookery::socketio {

/// The parameters of a query as a JSON object; the first of a name counts. Thread: any.
[[nodiscard]] std::string queryJson(std::string_view query);

/// What a client came with (protocol.md 3.3): a copy, to be kept with its socket.
/// Thread: any, once made.
struct Handshake {
  explicit Handshake(const ConnectRequest& request);

  net::HttpHead head;  ///< of the request that opened the session
  std::string address;
  bool secure = false;
  std::string authJson;  ///< a JSON object; `{}` when the client sent none
  base::WallMs issued = 0;

  /// The first query parameter of that name; empty when there is none.
  [[nodiscard]] std::string query(std::string_view name) const;
  /// The object that applications of other Socket.IO servers know: headers, time, address,
  /// xdomain, secure, issued, url, query, auth.
  [[nodiscard]] std::string json() const;
};

}  // namespace rookery::socketio
