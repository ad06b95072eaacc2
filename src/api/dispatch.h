#pragma once

#include <cstdint>

#include "rookery/api/call.h"
#include "rookery/api/router.h"

namespace rookery::api {

/// Finds the route, checks who asks and how often, and runs the handler where it belongs.
/// Thread: the call's loop.
void dispatch(const Router& router, CallPtr call);

/// Whether the token of the request is good as far as it tells itself: whether its user is there
/// still, the store knows.
[[nodiscard]] bool mayCall(const Services& services, const net::HttpHead& head);

/// 429 with the time to wait.
[[nodiscard]] Failure tooMany(std::int64_t retryAfterMs);
/// 429 when `key` has used up what `limiter` lets it have.
[[nodiscard]] std::optional<Failure> overLimit(const Call& call, KeyedLimiter& limiter,
                                               const KeyedLimiter::Key& key);
/// 429 when this address has tried too often to get into an account, whichever.
[[nodiscard]] std::optional<Failure> tooManyLogins(Call& call);
/// 429 when somebody, from wherever, has tried too often to get into the account of that name or
/// address. Counts whether it exists or not.
[[nodiscard]] std::optional<Failure> tooManyAttempts(Call& call, std::string_view account);

}  // namespace rookery::api
