#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <string>
#include <string_view>

#include "rookery/base/mutex.h"
#include "rookery/base/object_id.h"

namespace rookery::chat {

/// What those who may read a conversation are called, for mentions: some 100 bytes a user, shared
/// by the channels of a workspace.
/// Thread: any.
class Usernames {
 public:
  void put(const base::ObjectId& user, std::string_view username);
  /// A user who is among them is called otherwise now.
  void rename(const base::ObjectId& user, std::string_view username);
  /// Compared without ASCII case, as the store keeps names apart.
  [[nodiscard]] std::optional<base::ObjectId> find(std::string_view username) const;

 private:
  mutable base::Mutex mutex_;
  absl::flat_hash_map<std::string, base::ObjectId> users_ ROOKERY_GUARDED_BY(mutex_);
};

}  // namespace rookery::chat
