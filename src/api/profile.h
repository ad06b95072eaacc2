#pragma once

#include "rookery/api/call.h"

/// What users change about themselves (rest.md).
namespace rookery::api {

/// Thread: a reader of the store.
[[nodiscard]] Answered<Decision> updateProfile(const Asked& asked);
/// With the current password. Ends all tokens and sockets of the user; the answer has a new token
/// in its header `access-token`. Thread: the call's loop.
void updatePassword(CallPtr call, store::UserRecord me);
/// A new token for one that is still good. Thread: a reader of the store.
[[nodiscard]] Answered<net::HttpResponse> refreshToken(const Asked& asked);

}  // namespace rookery::api
