#include "rookery/api/routes.h"

#include "rookery/api/operations.h"

namespace rookery::api {

std::span<const Route> routes() {
  using enum Access;
  static const Route kRoutes[] = {
      {"GET", "/ping", kAnybody, ping},
      {"GET", "/healthz", kAnybody, healthz},
      {"GET", "/readyz", kAnybody, readyz},
      {"GET", "/metrics", kAnybody, metrics},
      {"GET", "/debug/sockets", kServerAdmin, debugSockets},
  };
  return kRoutes;
}

}  // namespace rookery::api
