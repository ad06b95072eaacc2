#pragma once

#include <string>

#include "rookery/api/call.h"

namespace rookery::api {

/// The OpenAPI 3.1 document of all routes, made from their table. Thread: any.
[[nodiscard]] std::string openApiDocument();
/// GET /docs/openapi.json. Thread: the call's loop.
void openApi(CallPtr call);

}  // namespace rookery::api
