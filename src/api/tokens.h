#pragma once

#include <chrono>
#include <string>

#include "rookery/api/services.h"
#include "rookery/store/records.h"

namespace rookery::api {

/// A token of the session for the user, of the configured life. Thread: any. kInternal when the
/// library fails.
[[nodiscard]] inline base::Result<std::string> issueToken(const Services& services,
                                                          const store::UserRecord& user,
                                                          const base::ObjectId& session) {
  const base::WallMs lifetime = std::chrono::milliseconds(services.options.tokenTtl).count();
  return services.tokens.issue({.userId = user.id,
                                .email = user.email,
                                .username = user.username,
                                .expiresAt = services.clock.wall() + lifetime,
                                .version = user.tokenVersion,
                                .session = session});
}

}  // namespace rookery::api
