#pragma once

#include "rookery/api/call.h"

/// One-time codes, new tokens and signing out (rest.md).
namespace rookery::api {

/// Mails a one-time code; without mail configured the operator gives it out (`rookery user code`).
/// Thread: the call's loop.
void validateUser(CallPtr call);
/// Gives the token for a new password for a one-time code. Thread: the call's loop.
void verifyCode(CallPtr call);
/// A new token of the same session for one that is still good. Thread: a reader of the store.
[[nodiscard]] Answered<net::HttpResponse> refreshToken(const Asked& asked);
/// Ends the session: its tokens are refused from now on, its sockets disconnected. Thread: a reader
/// of the store.
[[nodiscard]] Answered<Decision> signOut(const Asked& asked);

}  // namespace rookery::api
