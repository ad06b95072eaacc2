#pragma once

#include <string>
#include <string_view>

namespace rookery::chat {

/// What a new user has as avatar: a file of web/, stored as a path so that it follows the server
/// when its public address changes (store/records.h, UserRecord::avatar).
inline constexpr std::string_view kDefaultAvatar = "/avatar/default.png";

/// The avatar as clients see it: absolute (rest.md, what deployed web clients rely on).
/// `publicUrl` has no slash at its end; `avatar` is what the store has, the default when empty.
[[nodiscard]] inline std::string avatarUrl(std::string_view avatar, std::string_view publicUrl) {
  if (avatar.empty()) avatar = kDefaultAvatar;
  std::string url;
  if (avatar.front() == '/') url = publicUrl;
  return url.append(avatar);
}

}  // namespace rookery::chat
