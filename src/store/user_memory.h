#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/store/records.h"

namespace rookery::store {

/// Users that were read before: every request of REST asks for the one who signed in and for those
/// whom its answer shows. What this process writes is forgotten with its commit.
/// Thread: any.
/// At limit: all are forgotten.
class UserMemory {
 public:
  static constexpr std::size_t kMost = 10'000;  ///< some 5 MB
  static constexpr auto kForever = std::chrono::milliseconds::max();
  /// `maxAge`: how long another process that writes to the store may go unnoticed.
  explicit UserMemory(std::chrono::milliseconds maxAge = kForever) : maxAge_(maxAge) {}

  /// Appends those that are known to `known`, the others to `unknown`.
  void find(std::span<const ObjectId> ids, std::vector<UserRecord>& known,
            std::vector<ObjectId>& unknown);
  /// To be asked before users are read, and given to put() with them.
  [[nodiscard]] std::uint64_t version() const;
  /// Does nothing when a user was forgotten since `version`: what was read may be older.
  void put(std::span<const UserRecord> users, std::uint64_t version);
  /// After a commit that changed them; also when it may have.
  void forget(std::span<const ObjectId> ids);

  [[nodiscard]] base::Held held() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    UserRecord user;
    Clock::time_point readAt;
  };
  [[nodiscard]] bool isFresh(const Entry& entry) const;

  const std::chrono::milliseconds maxAge_;
  mutable base::Mutex mutex_;
  std::uint64_t version_ ROOKERY_GUARDED_BY(mutex_) = 0;
  std::unordered_map<ObjectId, Entry, base::ObjectIdHash> users_ ROOKERY_GUARDED_BY(mutex_);
};

}  // namespace rookery::store
