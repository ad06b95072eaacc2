#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <absl/container/btree_map.h>

#include "rookery/base/clock.h"
#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/base/short_string.h"
#include "rookery/base/token_bucket.h"
#include "rookery/chat/chat_admin.h"
#include "rookery/chat/conversation.h"
#include "rookery/chat/options.h"
#include "rookery/chat/user.h"
#include "rookery/socketio/socket_ref.h"

namespace rookery::chat {

/// Who is connected, with which sockets, and what each user has joined. Sharded by user; each
/// shard behind its own short lock. A user who leaves is remembered for Options::grace.
/// Thread: any.
class SocketManager {
 public:
  struct Device {
    socketio::SocketRef ref;
    base::ShortString socketId;
  };
  /// What a new connection finds.
  struct Arrival {
    std::vector<Device> others;  ///< the user's sockets that were there before
    std::optional<base::ShortString> previousSocketId;  ///< of the last one, when it is still known
    std::vector<ConversationRef> joined;
    std::vector<base::ObjectId> partners;  ///< in one-to-one rooms
  };
  /// What a join or a leave came to.
  struct Change {
    bool changed = false;         ///< false: it was so already
    std::vector<Device> devices;  ///< all sockets of the user
  };

  SocketManager(const Options& options, const base::Clock& clock)
      : options_(options), clock_(clock) {}

  /// The user, if he is connected or was a short while ago.
  [[nodiscard]] UserRef find(const base::ObjectId& user);
  /// How often users were updated, about; to be read before the store is asked for introduce().
  [[nodiscard]] std::uint64_t updates(const base::ObjectId& user);
  /// Makes the user known before his first socket, with what the store says he joined. Does
  /// nothing when he is known already. False when an update() came after `updates` was read: what
  /// the store said may be of before.
  [[nodiscard]] bool introduce(const UserRef& user, std::vector<ConversationRef> joined,
                               std::vector<base::ObjectId> partners, std::uint64_t updates);
  /// The two have a room now: the user's sockets.
  [[nodiscard]] std::vector<Device> addPartner(const base::ObjectId& user,
                                               const base::ObjectId& partner);
  /// A socket of a user who is known.
  [[nodiscard]] Arrival connect(const UserRef& user, const Device& device);
  void disconnect(const base::ObjectId& user, const socketio::SocketRef& ref);
  /// Replaces what messages say of the user.
  void update(const UserRef& user);

  [[nodiscard]] bool isOnline(const base::ObjectId& user);
  [[nodiscard]] std::vector<Device> devices(const base::ObjectId& user);

  /// Whether the user has joined it, restored memberships included.
  [[nodiscard]] bool hasJoined(const base::ObjectId& user, const base::ObjectId& conversation);
  /// Joins for all devices. `changed` is false only when the user joined since he came: after
  /// the grace period the first join counts as one again, though the membership was kept.
  [[nodiscard]] Change join(const base::ObjectId& user, const ConversationRef& conversation);
  /// Everybody leaves: all sockets of those who had joined. Walks all users.
  [[nodiscard]] std::vector<Device> leaveAll(const ConversationRef& conversation);
  [[nodiscard]] Change leave(const base::ObjectId& user, const ConversationRef& conversation);

  /// Takes one event of the class from the user's bucket: 0, or the milliseconds to wait.
  [[nodiscard]] std::int64_t spend(const base::ObjectId& user, RateClass rateClass);
  [[nodiscard]] const base::RateLimit& limit(RateClass rateClass) const {
    return options_.rates[static_cast<std::size_t>(rateClass)];
  }

  [[nodiscard]] std::vector<ConnectedUser> snapshot();
  [[nodiscard]] std::size_t onlineUsers();
  [[nodiscard]] base::Held held();
  /// Forgets those whose grace is over; to be called now and then.
  void sweep();

 private:
  struct Joined {
    ConversationRef conversation;
    bool sinceArrival = false;  ///< joined by an event, not only restored
  };
  struct Entry {
    UserRef user;
    std::vector<Device> devices;
    absl::btree_map<base::ObjectId, Joined> joined;
    std::vector<base::ObjectId> partners;
    std::array<base::TokenBucket, kRateClasses> buckets;
    base::SteadyTime leftAt{};       ///< while there is no device
    base::ShortString lastSocketId;  ///< of the device that left last
  };
  static constexpr std::size_t kShards = 64;
  struct Shard {
    base::Mutex mutex;
    std::unordered_map<base::ObjectId, Entry, base::ObjectIdHash> users ROOKERY_GUARDED_BY(mutex);
    std::uint64_t updates ROOKERY_GUARDED_BY(mutex) = 0;
  };
  [[nodiscard]] Shard& shardOf(const base::ObjectId& user) {
    return shards_[base::ObjectIdHash()(user) % kShards];
  }

  const Options& options_;
  const base::Clock& clock_;
  Shard shards_[kShards];
};

}  // namespace rookery::chat
