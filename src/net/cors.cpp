#include "rookery/net/cors.h"

#include <algorithm>

namespace rookery::net {

void Cors::apply(const HttpHead& request, HttpResponse& response) const {
  if (!enabled) return;
  if (origins.empty()) {
    response.with("Access-Control-Allow-Origin", "*");
  } else {
    const std::string_view origin = request.header("origin");
    response.with("Vary", "Origin");
    if (std::find(origins.begin(), origins.end(), origin) == origins.end()) return;
    response.with("Access-Control-Allow-Origin", std::string(origin));
    response.with("Access-Control-Allow-Credentials", "true");
  }
  response.with("Access-Control-Expose-Headers", exposed);
}

bool Cors::isPreflight(const HttpHead& request) const {
  return enabled && request.method == "OPTIONS" &&
         !request.header("access-control-request-method").empty();
}

HttpResponse Cors::preflight(const HttpHead& request) const {
  HttpResponse response;
  response.status = 204;
  apply(request, response);
  response.with("Access-Control-Allow-Methods", methods);
  response.with("Access-Control-Allow-Headers", headers);
  response.with("Access-Control-Max-Age", maxAgeSeconds);
  return response;
}

}  // namespace rookery::net
