#pragma once

#include "rookery/api/call.h"

/// Sign-up and sign-in (rest.md). Passwords are hashed on the workers.
namespace rookery::api {

void signUp(CallPtr call);
void signIn(CallPtr call);

}  // namespace rookery::api
