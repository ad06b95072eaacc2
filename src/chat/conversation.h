#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rookery/base/executor.h"
#include "rookery/base/mutex.h"
#include "rookery/base/ring.h"
#include "rookery/chat/user.h"
#include "rookery/chat/usernames.h"
#include "rookery/chat/workspace_members.h"
#include "rookery/socketio/namespace.h"
#include "rookery/socketio/orderer.h"
#include "rookery/store/records.h"

namespace rookery::chat {

/// A message between its place in the order and its outcome.
struct InFlight {
  std::uint64_t seq = 0;
  std::uint64_t generation = 0;
  std::uint64_t ordinal = 0;  ///< of its place, over all failures
  UserRef sender;
  socketio::AckTarget ack;
  std::string socketId;  ///< for the log; empty unless it is at debug level
  base::SteadyTime received;
  base::SteadyTime emitted;
  std::uint32_t onlineUsers = 0;  ///< readers other than the sender when it was sent
  std::uint32_t offlineUsers = 0;
};

/// A room or a channel in memory: who may read it, who does, and the order of its messages.
/// Exists before it is loaded, so that those who joined it can be counted.
/// Thread: any; what changes is guarded. `kind`, `room`, `members` and what hangs on them are
/// written once, before state() says kReady.
class Conversation {
 public:
  enum class State : std::uint8_t { kUnknown, kReady, kMissing };

  explicit Conversation(const base::ObjectId& id) : id_(id) {}

  [[nodiscard]] const base::ObjectId& id() const { return id_; }
  [[nodiscard]] State state() const { return state_.load(std::memory_order_acquire); }
  [[nodiscard]] bool isChannel() const { return kind == store::ConversationKind::kChannel; }
  /// Whether the user may read and write here. Once it is ready.
  [[nodiscard]] bool admits(const base::ObjectId& user) const;
  /// Of a channel, once it is ready; else none.
  [[nodiscard]] base::ObjectId workspaceId() const {
    return members == nullptr ? base::ObjectId() : members->workspaceId();
  }
  /// Everyone who may read here, about.
  [[nodiscard]] std::uint32_t memberCount() const;

  /// Users who joined and have a socket: kept at join, leave, connect and disconnect.
  std::atomic<std::uint32_t> onlineUsers{0};

  store::ConversationKind kind = store::ConversationKind::kRoom;
  store::RoomRecord room;       ///< of a one-to-one room, but for its status
  WorkspaceMembersRef members;  ///< of a channel
  /// Of those who may read here; a channel's are its workspace's.
  std::shared_ptr<Usernames> names;
  /// Where messages go: of a room the personal rooms of both users, of a channel those who joined.
  socketio::Broadcast::Rooms targets;

  /// What `roomId` or `channelId` is in a confirmed message, as things are now. Once it is ready.
  [[nodiscard]] std::shared_ptr<const std::string> json() const;
  void describe(std::string json) {
    const base::MutexLock lock(mutex_);
    json_ = std::make_shared<const std::string>(std::move(json));
  }
  /// Whether a one-to-one room takes no messages.
  [[nodiscard]] bool isBlocked() const { return isBlocked_.load(std::memory_order_acquire); }

  /// Of a channel: the sockets of those who joined. Null of a one-to-one room: both users are due
  /// all that is said there, joined or not.
  [[nodiscard]] socketio::RoomRef readers() const {
    const base::MutexLock lock(mutex_);
    return readers_;
  }

  /// The place of the last message that has no outcome yet, else 0.
  [[nodiscard]] std::uint64_t lastDue() {
    const base::MutexLock lock(order.mutex);
    return inFlight.empty() ? 0 : inFlight.back().ordinal;
  }

  socketio::Order order;
  base::Ring<InFlight> inFlight ROOKERY_GUARDED_BY(order.mutex);  ///< in the order of seq
  std::uint64_t lastConfirmed ROOKERY_GUARDED_BY(order.mutex) = 0;

 private:
  friend class Conversations;
  struct Waiter {
    base::Executor* executor;
    base::UniqueFunction<void()> resume;
  };

  const base::ObjectId id_;
  std::atomic<State> state_{State::kUnknown};
  std::atomic<bool> isBlocked_{false};
  bool isChanged_ ROOKERY_GUARDED_BY(mutex_) = false;  ///< while it was loaded: load it again
  bool loading_ ROOKERY_GUARDED_BY(mutex_) = false;
  mutable base::Mutex mutex_;
  socketio::RoomRef readers_ ROOKERY_GUARDED_BY(mutex_);
  mutable std::shared_ptr<const std::string> json_ ROOKERY_GUARDED_BY(mutex_);
  std::vector<Waiter> waiters_ ROOKERY_GUARDED_BY(mutex_);
  std::atomic<base::SteadyTime::rep> lastUse_{0};
};
/// Shared by its table, by the users who joined it and by work that goes on with it.
using ConversationRef = std::shared_ptr<Conversation>;

}  // namespace rookery::chat
