#pragma once

#include "rookery/api/call.h"

/// What users change about themselves, and who of them is there (rest.md).
namespace rookery::api {

/// Thread: a reader of the store.
[[nodiscard]] Answered<Decision> updateProfile(const Asked& asked);
/// With the current password, or with the token that a one-time code was given for. Ends all other
/// sessions of the user and their sockets; with the current password the answer has a new token in
/// its header `access-token`. Thread: the call's loop.
void updatePassword(CallPtr call, store::UserRecord me);
/// Who is there, of the users in the parameter `ids` (with commas between, at most 500). Thread: a
/// reader of the store.
[[nodiscard]] Answered<net::HttpResponse> getPresence(const Asked& asked);

}  // namespace rookery::api
