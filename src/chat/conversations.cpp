#include "rookery/chat/conversations.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rookery/base/json_writer.h"
#include "rookery/base/log.h"
#include "rookery/chat/message_json.h"

namespace rookery::chat {
namespace {

constexpr std::chrono::minutes kIdleBeforeDropped{10};

}  // namespace

std::string userRoomKey(const base::ObjectId& user) { return "user:" + user.hex(); }

bool Conversation::admits(const base::ObjectId& user) const {
  if (isChannel()) return members->has(user);
  return room.senderId == user || room.recieverId == user;
}

std::uint32_t Conversation::memberCount() const {
  if (isChannel()) return members->count();
  return room.senderId == room.recieverId ? 1 : 2;
}

std::shared_ptr<const std::string> Conversation::json() const {
  const base::MutexLock lock(mutex_);
  // A room's is made with its first message: most that are joined are not talked in.
  if (json_ == nullptr) json_ = std::make_shared<const std::string>(roomJson(room));
  return json_;
}

struct Conversations::Loaded {
  bool found = false;
  store::ConversationKind kind = store::ConversationKind::kRoom;
  store::RoomRecord room;
  store::ChannelRecord channel;
  std::vector<store::MemberRecord> members;
  std::vector<store::NamedUser> names;
  store::ConversationState state;
};

Conversations::Conversations(const Options& options, socketio::Namespace& nsp,
                             store::StoreReaders& readers, base::Executor& loader,
                             const base::Clock& clock)
    : options_(options), nsp_(nsp), readers_(readers), loader_(loader), clock_(clock) {}

ConversationRef Conversations::get(const base::ObjectId& id) {
  Shard& shard = shardOf(id);
  const base::MutexLock lock(shard.mutex);
  ConversationRef& entry = shard.map[id];
  if (entry == nullptr) entry = std::make_shared<Conversation>(id);
  entry->lastUse_ = clock_.steady().time_since_epoch().count();
  return entry;
}

ConversationRef Conversations::get(const base::ObjectId& id, store::ConversationKind kind) {
  ConversationRef conversation = get(id);
  if (kind == store::ConversationKind::kChannel) {
    const base::MutexLock lock(conversation->mutex_);
    makeReaders(*conversation);
  }
  return conversation;
}

void Conversations::makeReaders(Conversation& conversation) {
  if (conversation.readers_ == nullptr) {
    conversation.readers_ = nsp_.room("c:" + conversation.id().hex());
  }
}

ConversationRef Conversations::find(const base::ObjectId& id) {
  Shard& shard = shardOf(id);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.map.find(id);
  return found == shard.map.end() ? nullptr : found->second;
}

bool Conversations::whenLoaded(const ConversationRef& conversation, base::Executor& executor,
                               base::UniqueFunction<void()> resume, Keeps keeps) {
  const std::size_t most =
      keeps == Keeps::kMessage ? options_.waitingPerConversation : kMostWaiting;
  {
    const base::MutexLock lock(conversation->mutex_);
    if (conversation->state() != Conversation::State::kUnknown) {
      executor.post(std::move(resume));
      return true;
    }
    if (conversation->waiters_.size() >= most) return false;
    conversation->waiters_.push_back({&executor, std::move(resume)});
    if (std::exchange(conversation->loading_, true)) return true;
  }
  startLoad(conversation);
  return true;
}

void Conversations::startLoad(const ConversationRef& conversation) {
  readers_.query<Loaded>(
      loader_, [id = conversation->id()](store::Reader& reader) { return load(reader, id); },
      [this, conversation](store::Result<Loaded> loaded) {
        onLoaded(conversation, std::move(loaded));
      });
}

store::Result<Conversations::Loaded> Conversations::load(store::Reader& reader,
                                                         const base::ObjectId& id) {
  Loaded loaded;
  auto room = reader.room(id);
  if (!room) return base::fail(room.error());
  if (room->has_value()) {
    loaded.found = true;
    loaded.room = **room;
    const std::array pair = {loaded.room.senderId, loaded.room.recieverId};
    auto users = reader.users(pair);
    if (!users) return base::fail(users.error());
    for (const store::UserRecord& user : *users) loaded.names.push_back({user.id, user.username});
  } else {
    auto channel = reader.channel(id);
    if (!channel) return base::fail(channel.error());
    if (!channel->has_value()) return loaded;
    loaded.found = true;
    loaded.kind = store::ConversationKind::kChannel;
    loaded.channel = **channel;
    auto members = reader.members({&loaded.channel.workspaceId, 1});
    if (!members) return base::fail(members.error());
    loaded.members = std::move(*members);
    auto names = reader.memberNames(loaded.channel.workspaceId);
    if (!names) return base::fail(names.error());
    loaded.names = std::move(*names);
  }
  auto state = reader.conversationState(id);
  if (!state) return base::fail(state.error());
  loaded.state = *state;
  return loaded;
}

void Conversations::onLoaded(const ConversationRef& conversation, store::Result<Loaded> loaded) {
  std::vector<Conversation::Waiter> waiters;
  bool isMissing = false;
  {
    // In the order in which a delivery takes them, who reads json() under the first.
    const base::MutexLock order(conversation->order.mutex);
    const base::MutexLock lock(conversation->mutex_);
    if (std::exchange(conversation->isChanged_, false)) return startLoad(conversation);
    conversation->loading_ = false;
    waiters = std::exchange(conversation->waiters_, {});
    if (loaded.has_value()) {
      isMissing = !loaded->found;
      if (loaded->found) fill(*conversation, *loaded);
      conversation->state_.store(
          isMissing ? Conversation::State::kMissing : Conversation::State::kReady,
          std::memory_order_release);
    }
  }
  if (isMissing) {
    // Whoever asks again asks the store again: it may have been made since.
    Shard& shard = shardOf(conversation->id());
    const base::MutexLock lock(shard.mutex);
    shard.map.erase(conversation->id());
  }
  for (Conversation::Waiter& waiter : waiters) waiter.executor->post(std::move(waiter.resume));
}

void Conversations::fill(Conversation& conversation, Loaded& loaded) {
  conversation.kind = loaded.kind;
  if (loaded.kind == store::ConversationKind::kChannel) {
    makeReaders(conversation);
    conversation.members = membersOf(loaded);
    conversation.names = {conversation.members, &conversation.members->names()};
    conversation.targets = {conversation.readers_};
    conversation.json_ = std::make_shared<const std::string>(channelJson(loaded.channel));
  } else {
    conversation.room = loaded.room;
    conversation.names = std::make_shared<Usernames>();
    for (const auto& [id, name] : loaded.names) conversation.names->put(id, name);
    conversation.targets = {nsp_.room(userRoomKey(loaded.room.senderId))};
    if (loaded.room.recieverId != loaded.room.senderId) {
      conversation.targets.push_back(nsp_.room(userRoomKey(loaded.room.recieverId)));
    }
    conversation.isBlocked_ = conversation.room.status == store::RoomStatus::kBlocked;
  }
  conversation.lastConfirmed = loaded.state.lastSeq;
  conversation.order.nextSeq = loaded.state.lastSeq + 1;
}

WorkspaceMembersRef Conversations::membersOf(const Loaded& loaded) {
  const base::MutexLock lock(membersMutex_);
  std::weak_ptr<WorkspaceMembers>& entry = members_[loaded.channel.workspaceId];
  if (WorkspaceMembersRef known = entry.lock()) return known;  // kept true by memberChanged()
  auto made = std::make_shared<WorkspaceMembers>(loaded.channel.workspaceId);
  for (const store::MemberRecord& member : loaded.members) made->put(member.userId, member.role);
  for (const auto& [id, name] : loaded.names) made->names().put(id, name);
  entry = made;
  return made;
}

void Conversations::memberChanged(const store::MemberRecord& member, std::string_view username) {
  const base::MutexLock lock(membersMutex_);
  const auto found = members_.find(member.workspaceId);
  if (found == members_.end()) return;
  const WorkspaceMembersRef known = found->second.lock();
  if (known == nullptr) return;
  known->put(member.userId, member.role);
  if (!username.empty()) known->names().put(member.userId, username);
}

void Conversations::userRenamed(const base::ObjectId& user, std::string_view username) {
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    for (const auto& [id, conversation] : shard.map) {
      {
        const base::MutexLock loading(conversation->mutex_);
        if (conversation->loading_) conversation->isChanged_ = true;
      }
      const bool isReady = conversation->state() == Conversation::State::kReady;
      if (isReady && conversation->admits(user)) conversation->names->rename(user, username);
    }
  }
}

void Conversations::change(const base::ObjectId& id,
                           absl::FunctionRef<void(Conversation&)> change) {
  const ConversationRef conversation = find(id);
  if (conversation == nullptr) return;
  {
    const base::MutexLock lock(conversation->mutex_);
    if (conversation->loading_) conversation->isChanged_ = true;
  }
  if (conversation->state() == Conversation::State::kReady) change(*conversation);
}

void Conversations::channelChanged(const store::ChannelRecord& channel) {
  change(channel.id, [&](Conversation& it) { it.describe(channelJson(channel)); });
}

void Conversations::roomChanged(const store::RoomRecord& room) {
  change(room.id, [&](Conversation& it) {
    it.describe(roomJson(room));
    it.isBlocked_.store(room.status == store::RoomStatus::kBlocked, std::memory_order_release);
  });
}

ConversationRef Conversations::close(const base::ObjectId& id) {
  ConversationRef conversation = find(id);
  if (conversation == nullptr) return nullptr;
  {
    const base::MutexLock lock(conversation->order.mutex);
    conversation->order.isClosed = true;
  }
  const base::MutexLock lock(conversation->mutex_);
  if (conversation->loading_) conversation->isChanged_ = true;
  if (conversation->state() == Conversation::State::kReady) {
    conversation->state_.store(Conversation::State::kMissing, std::memory_order_release);
  }
  return conversation;
}

base::Held Conversations::held() const {
  // A room's names, and its JSON once it is talked in; a channel's names are its workspace's.
  constexpr std::size_t kEach = sizeof(Conversation) + 500;
  base::Held held{.part = "conversations",
                  .bound = "limits.conversations, but for those that somebody has joined"};
  for (const Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    held.items += shard.map.size();
    held.bytes += base::nodeBytes(shard.map) + shard.map.size() * kEach;
  }
  return held;
}

std::size_t Conversations::size() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    count += shard.map.size();
  }
  return count;
}

std::size_t Conversations::joined() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    for (const auto& [id, conversation] : shard.map) count += conversation->onlineUsers > 0 ? 1 : 0;
  }
  return count;
}

bool Conversations::isIdle(const ConversationRef& conversation) const {
  if (conversation.use_count() > 1 || conversation->onlineUsers > 0) return false;
  const base::MutexLock lock(conversation->order.mutex);
  return conversation->inFlight.empty();
}

void Conversations::sweep() {
  const std::size_t perShard = options_.conversations / kShards;
  const base::SteadyTime::rep oldest =
      (clock_.steady() - kIdleBeforeDropped).time_since_epoch().count();
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    std::erase_if(shard.map, [&](const auto& entry) {
      const bool isOld = entry.second->lastUse_.load() < oldest;
      return (isOld || shard.map.size() > perShard) && isIdle(entry.second);
    });
  }
  const base::MutexLock lock(membersMutex_);
  std::erase_if(members_, [](const auto& entry) { return entry.second.expired(); });
}

}  // namespace rookery::chat
