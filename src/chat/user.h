#pragma once

#include <memory>
#include <string>

#include "rookery/base/object_id.h"
#include "rookery/store/records.h"

namespace rookery::chat {

/// What messages say of a user, encoded once. Immutable.
struct User {
  base::ObjectId id;
  std::string username;
  std::string email;
  bool disabled = false;
  std::uint64_t tokenVersion = 0;
  std::string json;  ///< `{_id, username, email, avatar}` (events.md, conventions)
};
/// Shared by the user's sockets and by messages on their way; replaced when the user changes.
using UserRef = std::shared_ptr<const User>;

/// `publicUrl` is put in front of an avatar that is a path of this server.
[[nodiscard]] UserRef makeUser(const store::UserRecord& record, const std::string& publicUrl);

/// The name of a user's personal room, as clients see it: `<username>-<userId>`.
[[nodiscard]] std::string personalRoomName(const User& user);

}  // namespace rookery::chat
