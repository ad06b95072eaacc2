#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "rookery/base/mutex.h"
#include "rookery/base/object_id.h"
#include "rookery/chat/usernames.h"
#include "rookery/store/records.h"

namespace rookery::chat {

/// Who belongs to a workspace, as its channels in memory ask on every message.
/// Thread: any.
class WorkspaceMembers {
 public:
  explicit WorkspaceMembers(base::ObjectId workspaceId) : workspaceId_(workspaceId) {}

  [[nodiscard]] const base::ObjectId& workspaceId() const { return workspaceId_; }
  [[nodiscard]] bool has(const base::ObjectId& user) const {
    const base::MutexLock lock(mutex_);
    return roles_.contains(user);
  }
  [[nodiscard]] std::uint32_t count() const {
    const base::MutexLock lock(mutex_);
    return static_cast<std::uint32_t>(roles_.size());
  }
  /// Of one who does not belong: kMember.
  [[nodiscard]] store::MemberRole role(const base::ObjectId& user) const {
    const base::MutexLock lock(mutex_);
    const auto found = roles_.find(user);
    return found == roles_.end() ? store::MemberRole::kMember : found->second;
  }
  [[nodiscard]] Usernames& names() { return names_; }
  void put(const base::ObjectId& user, store::MemberRole role) {
    const base::MutexLock lock(mutex_);
    roles_[user] = role;
  }

 private:
  const base::ObjectId workspaceId_;
  Usernames names_;
  mutable base::Mutex mutex_;
  std::unordered_map<base::ObjectId, store::MemberRole, base::ObjectIdHash> roles_
      ROOKERY_GUARDED_BY(mutex_);
};
/// Shared by the channels of the workspace; gone with the last of them.
using WorkspaceMembersRef = std::shared_ptr<WorkspaceMembers>;

}  // namespace rookery::chat
