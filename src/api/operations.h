#pragma once

#include "rookery/api/call.h"

/// What operators ask (rest.md, outside the base path).
namespace rookery::api {

void ping(CallPtr call);
/// The process is up.
void healthz(CallPtr call);
/// 503 with the reason while the server drains, or the store cannot be written or read.
void readyz(CallPtr call);
void metrics(CallPtr call);
/// Who is connected; for server administrators.
[[nodiscard]] Answered<net::HttpResponse> debugSockets(const Asked& asked);
void debugMemory(CallPtr call, store::UserRecord me);

}  // namespace rookery::api
