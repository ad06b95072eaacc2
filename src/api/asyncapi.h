#pragma once

#include <string>

#include "rookery/api/call.h"

namespace rookery::api {

/// The AsyncAPI 3.0 document of all events, made from their table. Thread: any.
[[nodiscard]] std::string asyncApiDocument();
/// GET /docs/asyncapi.json. Thread: the call's loop.
void asyncApi(CallPtr call);

}  // namespace rookery::api
