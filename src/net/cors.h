#pragma once

#include <string>
#include <vector>

#include "rookery/net/http_message.h"

namespace rookery::net {

/// Which pages of other origins a browser lets read the answers (Fetch standard, CORS protocol).
/// Thread: any, once made.
struct Cors {
  bool enabled = true;
  std::vector<std::string> origins;  ///< empty: any origin, without credentials
  std::string methods = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
  std::string headers = "access-token, authorization, content-type";
  std::string exposed = "access-token, refresh-token";
  std::string maxAgeSeconds = "600";

  /// Adds the headers that `request` is due to its answer.
  void apply(const HttpHead& request, HttpResponse& response) const;
  /// Whether this is a preflight request.
  [[nodiscard]] bool isPreflight(const HttpHead& request) const;
  /// The 204 for a preflight request.
  [[nodiscard]] HttpResponse preflight(const HttpHead& request) const;
};

}  // namespace rookery::net
