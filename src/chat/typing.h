#pragma once

#include <cstdint>
#include <unordered_map>

#include "rookery/base/clock.h"
#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/chat/conversation.h"
#include "rookery/chat/options.h"
#include "rookery/net/loop.h"
#include "rookery/socketio/namespace.h"

namespace rookery::chat {

/// Who is typing where: told to the others, not too often, and ended by itself (events.md).
/// Thread: any.
/// At limit: holds at most what a user's rate of typing events begins within Options::typingFor.
class Typing {
 public:
  Typing(const Options& options, const base::Clock& clock, socketio::Namespace& nsp)
      : options_(options), clock_(clock), nsp_(nsp) {}

  /// `loop` watches the time.
  void start(const ConversationRef& conversation, const UserRef& user, net::Loop& loop);
  void stop(const ConversationRef& conversation, const UserRef& user);
  [[nodiscard]] base::Held held();

 private:
  struct Key {
    base::ObjectId conversation;
    base::ObjectId user;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return base::ObjectIdHash()(key.conversation) * 31 + base::ObjectIdHash()(key.user);
    }
  };
  struct Entry {
    std::uint64_t episode = 0;  ///< so that the timer of an earlier one does nothing
    base::SteadyTime toldAt;
    base::SteadyTime endsAt;
  };
  static constexpr std::size_t kShards = 16;
  struct Shard {
    base::Mutex mutex;
    std::uint64_t episodes ROOKERY_GUARDED_BY(mutex) = 0;
    std::unordered_map<Key, Entry, KeyHash> typing ROOKERY_GUARDED_BY(mutex);
  };
  [[nodiscard]] Shard& shardOf(const Key& key) { return shards_[KeyHash()(key) % kShards]; }
  void endLater(const ConversationRef& conversation, const UserRef& user, net::Loop& loop,
                std::uint64_t episode, std::chrono::milliseconds wait);
  void endIfDue(const ConversationRef& conversation, const UserRef& user, net::Loop& loop,
                std::uint64_t episode);
  void tell(const Conversation& conversation, const User& user, bool isTyping);

  const Options& options_;
  const base::Clock& clock_;
  socketio::Namespace& nsp_;
  Shard shards_[kShards];
};

}  // namespace rookery::chat
