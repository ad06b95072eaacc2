#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include <absl/functional/function_ref.h>

#include "rookery/base/clock.h"
#include "rookery/base/held.h"
#include "rookery/chat/conversation.h"
#include "rookery/chat/options.h"
#include "rookery/store/store_readers.h"

namespace rookery::chat {

/// The conversations in memory. One is loaded from the store on first use; after that nothing on
/// the path of a message asks the store.
/// Thread: any.
/// At limit: beyond Options::conversations those that nobody uses are dropped, the idle first.
class Conversations {
 public:
  Conversations(const Options& options, socketio::Namespace& nsp, store::StoreReaders& readers,
                base::Executor& loader, const base::Clock& clock);

  /// The conversation of that id, made without asking whether the store has it.
  [[nodiscard]] ConversationRef get(const base::ObjectId& id);
  /// The same of one that is known to be of that kind: a channel has readers() from then on.
  [[nodiscard]] ConversationRef get(const base::ObjectId& id, store::ConversationKind kind);
  /// The one in memory; null when it is not there.
  [[nodiscard]] ConversationRef find(const base::ObjectId& id);

  /// What waits keeps some 200 bytes, or a message or more.
  enum class Keeps : std::uint8_t { kLittle, kMessage };
  /// All of a large channel may join at once.
  static constexpr std::size_t kMostWaiting = 10'000;
  /// Sees that `conversation` is loaded and then runs `resume` on `executor`, never before this
  /// returns: state() is kReady or kMissing then, or still kUnknown when the store failed.
  /// False, and `resume` is not run, when kMostWaiting wait for it already, or
  /// Options::waitingPerConversation for one that keeps a message.
  [[nodiscard]] bool whenLoaded(const ConversationRef& conversation, base::Executor& executor,
                                base::UniqueFunction<void()> resume, Keeps keeps = Keeps::kLittle);

  /// A committed change of membership. `username` is empty when it is not at hand: then nobody can
  /// mention the new member before the workspace is loaded the next time.
  void memberChanged(const store::MemberRecord& member, std::string_view username);
  /// A user may have another name.
  void userRenamed(const base::ObjectId& user, std::string_view username);
  /// Committed changes of a conversation; they hold for what is sent after the return.
  void channelChanged(const store::ChannelRecord& channel);
  void roomChanged(const store::RoomRecord& room);
  /// It was deleted: nothing is sent there any more. Null when nobody has it.
  ConversationRef close(const base::ObjectId& id);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t joined() const;
  [[nodiscard]] base::Held held() const;
  /// Drops what is unused; to be called now and then.
  void sweep();

 private:
  struct Loaded;  // what the store says of one

  static constexpr std::size_t kShards = 64;
  struct Shard {
    mutable base::Mutex mutex;
    std::unordered_map<base::ObjectId, ConversationRef, base::ObjectIdHash> map
        ROOKERY_GUARDED_BY(mutex);
  };
  [[nodiscard]] Shard& shardOf(const base::ObjectId& id) {
    return shards_[base::ObjectIdHash()(id) % kShards];
  }
  static store::Result<Loaded> load(store::Reader& reader, const base::ObjectId& id);
  void onLoaded(const ConversationRef& conversation, store::Result<Loaded> loaded);
  void fill(Conversation& conversation, Loaded& loaded)
      ROOKERY_REQUIRES(conversation.order.mutex, conversation.mutex_);
  void makeReaders(Conversation& conversation) ROOKERY_REQUIRES(conversation.mutex_);
  void startLoad(const ConversationRef& conversation);
  /// Runs `change` when it is in memory; when it is just being loaded it will be loaded again.
  void change(const base::ObjectId& id, absl::FunctionRef<void(Conversation&)> change);
  [[nodiscard]] WorkspaceMembersRef membersOf(const Loaded& loaded);
  [[nodiscard]] bool isIdle(const ConversationRef& conversation) const;

  const Options& options_;
  socketio::Namespace& nsp_;
  store::StoreReaders& readers_;
  base::Executor& loader_;
  const base::Clock& clock_;
  Shard shards_[kShards];
  base::Mutex membersMutex_;
  std::unordered_map<base::ObjectId, std::weak_ptr<WorkspaceMembers>, base::ObjectIdHash> members_
      ROOKERY_GUARDED_BY(membersMutex_);
};

/// The name of the socketio room that all sockets of a user are in.
[[nodiscard]] std::string userRoomKey(const base::ObjectId& user);

}  // namespace rookery::chat
