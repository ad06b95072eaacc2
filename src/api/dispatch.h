#pragma once

#include <cstdint>

#include "rookery/api/call.h"
#include "rookery/api/router.h"

namespace rookery::api {

/// Finds the route, checks who asks and how often, and runs the handler where it belongs.
/// Thread: the call's loop.
void dispatch(const Router& router, CallPtr call);

/// 429 with the time to wait.
[[nodiscard]] Failure tooMany(std::int64_t retryAfterMs);

}  // namespace rookery::api
