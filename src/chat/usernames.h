#pragma once

#include <optional>
#include <string_view>

#include <absl/container/btree_map.h>

#include "rookery/base/mutex.h"
#include "rookery/base/object_id.h"
#include "rookery/base/short_string.h"

namespace rookery::chat {

/// What those who may read a conversation are called, for mentions: some 50 bytes a user, shared
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
  struct Less {
    using is_transparent = void;
    [[nodiscard]] bool operator()(std::string_view one, std::string_view other) const {
      return one < other;
    }
  };
  mutable base::Mutex mutex_;
  /// A tree, as it is no larger than it must be for the two names of a room.
  absl::btree_map<base::ShortString, base::ObjectId, Less> users_ ROOKERY_GUARDED_BY(mutex_);
};

}  // namespace rookery::chat
