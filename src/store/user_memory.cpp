#include "rookery/store/user_memory.h"

namespace rookery::store {

bool UserMemory::isFresh(const Entry& entry) const {
  return maxAge_ == kForever || Clock::now() - entry.readAt < maxAge_;
}

void UserMemory::find(std::span<const ObjectId> ids, std::vector<UserRecord>& known,
                      std::vector<ObjectId>& unknown) {
  const base::MutexLock lock(mutex_);
  for (const ObjectId& id : ids) {
    const auto found = users_.find(id);
    if (found != users_.end() && isFresh(found->second)) {
      known.push_back(found->second.user);
    } else {
      unknown.push_back(id);
    }
  }
}

std::uint64_t UserMemory::version() const {
  const base::MutexLock lock(mutex_);
  return version_;
}

void UserMemory::put(std::span<const UserRecord> users, std::uint64_t version) {
  const auto now = maxAge_ == kForever ? Clock::time_point() : Clock::now();
  const base::MutexLock lock(mutex_);
  if (version != version_) return;
  if (users_.size() + users.size() > kMost) users_.clear();
  for (const UserRecord& user : users) users_.insert_or_assign(user.id, Entry{user, now});
}

void UserMemory::forget(std::span<const ObjectId> ids) {
  if (ids.empty()) return;
  const base::MutexLock lock(mutex_);
  ++version_;
  for (const ObjectId& id : ids) users_.erase(id);
}

base::Held UserMemory::held() const {
  constexpr std::size_t kTexts = 200;  // of a user: hash of the password, e-mail address, names
  const base::MutexLock lock(mutex_);
  return {"users that were read", users_.size(), base::nodeBytes(users_) + users_.size() * kTexts,
          "10 000, then all are forgotten"};
}

}  // namespace rookery::store
