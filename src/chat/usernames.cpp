#include "rookery/chat/usernames.h"

#include <algorithm>
#include <string>
#include <utility>

#include "rookery/net/ascii.h"

namespace rookery::chat {

void Usernames::put(const base::ObjectId& user, std::string_view username) {
  const base::MutexLock lock(mutex_);
  users_.insert_or_assign(base::ShortString(net::lowercase(username)), user);
}

void Usernames::rename(const base::ObjectId& user, std::string_view username) {
  base::ShortString name(net::lowercase(username));
  const base::MutexLock lock(mutex_);
  // Called for every change of a user, of a picture, too, and for each channel of a workspace.
  if (const auto known = users_.find(name); known != users_.end() && known->second == user) return;
  const auto former = std::find_if(users_.begin(), users_.end(),
                                   [&](const auto& entry) { return entry.second == user; });
  if (former == users_.end()) return;
  users_.erase(former);
  users_.insert_or_assign(std::move(name), user);
}

std::optional<base::ObjectId> Usernames::find(std::string_view username) const {
  const std::string key = net::lowercase(username);
  const base::MutexLock lock(mutex_);
  const auto found = users_.find(std::string_view(key));
  if (found == users_.end()) return std::nullopt;
  return found->second;
}

}  // namespace rookery::chat
