#include "rookery/chat/typing.h"

#include <memory>

#include "rookery/chat/conversation_access.h"
#include "rookery/chat/event_names.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {

using std::chrono::milliseconds;

void Typing::start(const ConversationRef& conversation, const UserRef& user, net::Loop& loop) {
  const Key key{conversation->id(), user->id};
  const base::SteadyTime now = clock_.steady();
  Shard& shard = shardOf(key);
  // Told under the lock: readers see starts and ends in the order in which they came.
  const base::MutexLock lock(shard.mutex);
  const auto [at, isNew] = shard.typing.try_emplace(key);
  Entry& entry = at->second;
  entry.endsAt = now + options_.typingFor;
  if (!isNew && now - entry.toldAt < options_.typingRepeat) return;
  entry.toldAt = now;
  tell(*conversation, *user, true);
  if (!isNew) return;
  entry.episode = ++shard.episodes;
  endLater(conversation, user, loop, entry.episode, options_.typingFor);
}

void Typing::stop(const ConversationRef& conversation, const UserRef& user) {
  const Key key{conversation->id(), user->id};
  Shard& shard = shardOf(key);
  const base::MutexLock lock(shard.mutex);
  if (shard.typing.erase(key) > 0) tell(*conversation, *user, false);
}

base::Held Typing::held() {
  base::Held held{.part = "who types", .bound = "a few seconds after the last event"};
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    held.items += shard.typing.size();
    held.bytes += base::nodeBytes(shard.typing);
  }
  return held;
}

void Typing::endLater(const ConversationRef& conversation, const UserRef& user, net::Loop& loop,
                      std::uint64_t episode, milliseconds wait) {
  // Weak: a loop that ends may be the last to hold its timers, when rooms are gone already.
  loop.postAfter(wait, [this, weak = std::weak_ptr(conversation), user, &loop, episode] {
    if (const ConversationRef still = weak.lock()) endIfDue(still, user, loop, episode);
  });
}

void Typing::endIfDue(const ConversationRef& conversation, const UserRef& user, net::Loop& loop,
                      std::uint64_t episode) {
  const Key key{conversation->id(), user->id};
  const base::SteadyTime now = clock_.steady();
  Shard& shard = shardOf(key);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.typing.find(key);
  if (found == shard.typing.end() || found->second.episode != episode) return;
  if (now < found->second.endsAt) {
    endLater(conversation, user, loop, episode,
             std::chrono::ceil<milliseconds>(found->second.endsAt - now));
    return;
  }
  shard.typing.erase(found);
  tell(*conversation, *user, false);
}

void Typing::tell(const Conversation& conversation, const User& user, bool isTyping) {
  socketio::EventFrame frame(nsp_.name(), kUserTyping, std::nullopt, 160);
  base::JsonWriter& json = frame.args().beginObject();
  writeConversation(json, conversation);
  json.key("userId").id(user.id).key("username").string(user.username);
  json.key("isTyping").boolean(isTyping).endObject();
  auto step = std::make_shared<socketio::Broadcast>();
  step->frame = frame.finish(net::FrameClass::kTyping);
  step->rooms = conversation.targets;
  step->exceptRooms = {nsp_.room(userRoomKey(user.id))};
  nsp_.post(std::move(step));
}

}  // namespace rookery::chat
