#include "rookery/chat/socket_manager.h"

#include <algorithm>
#include <utility>

#include "rookery/base/planted.h"

namespace rookery::chat {

UserRef SocketManager::find(const base::ObjectId& user) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.users.find(user);
  return found == shard.users.end() ? nullptr : found->second.user;
}

std::uint64_t SocketManager::updates(const base::ObjectId& user) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  return shard.updates;
}

bool SocketManager::introduce(const UserRef& user, std::vector<ConversationRef> joined,
                              std::vector<base::ObjectId> partners, std::uint64_t updates) {
  Shard& shard = shardOf(user->id);
  const base::MutexLock lock(shard.mutex);
  if (shard.updates != updates) return false;
  const auto [at, isNew] = shard.users.try_emplace(user->id);
  if (!isNew) return true;
  at->second.user = user;
  at->second.leftAt = clock_.steady();
  at->second.partners = std::move(partners);
  for (ConversationRef& one : joined) {
    const base::ObjectId id = one->id();
    at->second.joined.emplace(id, Joined{std::move(one), false});
  }
  return true;
}

SocketManager::Arrival SocketManager::connect(const UserRef& user, const Device& device) {
  Arrival arrival;
  Shard& shard = shardOf(user->id);
  const base::MutexLock lock(shard.mutex);
  Entry& entry = shard.users[user->id];
  if (entry.user == nullptr) entry.user = user;  // its grace ended between middleware and here
  arrival.others = entry.devices;
  if (!entry.devices.empty()) {
    arrival.previousSocketId = entry.devices.back().socketId;
  } else if (!entry.lastSocketId.empty() && clock_.steady() - entry.leftAt <= options_.grace) {
    arrival.previousSocketId = entry.lastSocketId;
  }
  const bool isFirst = entry.devices.empty();
  for (auto& [id, one] : entry.joined) {
    if (!arrival.previousSocketId.has_value()) one.sinceArrival = false;
    if (isFirst) one.conversation->onlineUsers.fetch_add(1, std::memory_order_relaxed);
    arrival.joined.push_back(one.conversation);
  }
  entry.devices.push_back(device);
  arrival.partners = entry.partners;
  return arrival;
}

std::vector<SocketManager::Device> SocketManager::addPartner(const base::ObjectId& user,
                                                             const base::ObjectId& partner) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.users.find(user);
  if (found == shard.users.end()) return {};
  Entry& entry = found->second;
  if (std::find(entry.partners.begin(), entry.partners.end(), partner) == entry.partners.end()) {
    entry.partners.push_back(partner);
  }
  return entry.devices;
}

void SocketManager::disconnect(const base::ObjectId& user, const socketio::SocketRef& ref) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.users.find(user);
  if (found == shard.users.end()) return;
  Entry& entry = found->second;
  const auto device = std::find_if(entry.devices.begin(), entry.devices.end(),
                                   [&](const Device& one) { return one.ref == ref; });
  if (device == entry.devices.end()) return;
  entry.lastSocketId = std::move(device->socketId);
  entry.devices.erase(device);
  if (!entry.devices.empty()) return;
  entry.leftAt = clock_.steady();
  if (base::isPlanted(base::PlantedBug::kPresenceLeaks)) return;
  for (const auto& [id, one] : entry.joined) {
    one.conversation->onlineUsers.fetch_sub(1, std::memory_order_relaxed);
  }
}

void SocketManager::update(const UserRef& user) {
  Shard& shard = shardOf(user->id);
  const base::MutexLock lock(shard.mutex);
  ++shard.updates;
  const auto found = shard.users.find(user->id);
  if (found != shard.users.end()) found->second.user = user;
}

bool SocketManager::isOnline(const base::ObjectId& user) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.users.find(user);
  return found != shard.users.end() && !found->second.devices.empty();
}

std::vector<SocketManager::Device> SocketManager::devices(const base::ObjectId& user) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.users.find(user);
  return found == shard.users.end() ? std::vector<Device>() : found->second.devices;
}

bool SocketManager::hasJoined(const base::ObjectId& user, const base::ObjectId& conversation) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.users.find(user);
  return found != shard.users.end() && found->second.joined.contains(conversation);
}

SocketManager::Change SocketManager::join(const base::ObjectId& user,
                                          const ConversationRef& conversation) {
  Change change;
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.users.find(user);
  if (found == shard.users.end()) return change;
  Entry& entry = found->second;
  const auto [at, isNew] = entry.joined.try_emplace(conversation->id());
  if (isNew) {
    at->second.conversation = conversation;
    if (!entry.devices.empty()) {
      conversation->onlineUsers.fetch_add(1, std::memory_order_relaxed);
    }
  }
  change.changed = !std::exchange(at->second.sinceArrival, true);
  change.devices = entry.devices;
  return change;
}

SocketManager::Change SocketManager::leave(const base::ObjectId& user,
                                           const ConversationRef& conversation) {
  Change change;
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.users.find(user);
  if (found == shard.users.end()) return change;
  Entry& entry = found->second;
  change.changed = entry.joined.erase(conversation->id()) > 0;
  change.devices = entry.devices;
  if (change.changed && !entry.devices.empty()) {
    conversation->onlineUsers.fetch_sub(1, std::memory_order_relaxed);
  }
  return change;
}

std::vector<SocketManager::Device> SocketManager::leaveAll(const ConversationRef& conversation) {
  std::vector<Device> devices;
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    for (auto& [id, entry] : shard.users) {
      if (entry.joined.erase(conversation->id()) == 0) continue;
      if (!entry.devices.empty()) conversation->onlineUsers.fetch_sub(1, std::memory_order_relaxed);
      devices.insert(devices.end(), entry.devices.begin(), entry.devices.end());
    }
  }
  return devices;
}

std::int64_t SocketManager::spend(const base::ObjectId& user, RateClass rateClass) {
  const auto index = static_cast<std::size_t>(rateClass);
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.users.find(user);
  if (found == shard.users.end()) return 0;
  return found->second.buckets[index].take(options_.rates[index], clock_.steady());
}

std::vector<ConnectedUser> SocketManager::snapshot() {
  std::vector<ConnectedUser> users;
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    for (const auto& [id, entry] : shard.users) {
      if (entry.devices.empty()) continue;
      ConnectedUser user{id, entry.user->email, entry.user->username, {}, {}};
      user.rooms.push_back(personalRoomName(*entry.user));
      for (const Device& device : entry.devices) user.socketIds.emplace_back(device.socketId);
      for (const auto& [conversation, one] : entry.joined) user.rooms.push_back(conversation.hex());
      users.push_back(std::move(user));
    }
  }
  return users;
}

base::Held SocketManager::held() {
  constexpr std::size_t kJoined = sizeof(decltype(Entry::joined)::value_type);
  constexpr std::size_t kUser = sizeof(User) + 200 + base::kBlockBytes;  // with its JSON
  base::Held held{.part = "users", .bound = "connected users, and those who left a while ago"};
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    held.items += shard.users.size();
    held.bytes += base::nodeBytes(shard.users) + shard.users.size() * kUser;
    for (const auto& [id, entry] : shard.users) {
      held.bytes += entry.devices.capacity() * sizeof(Device) + entry.joined.size() * kJoined +
                    entry.partners.capacity() * sizeof(base::ObjectId);
    }
  }
  return held;
}

std::size_t SocketManager::onlineUsers() {
  std::size_t count = 0;
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    count += static_cast<std::size_t>(
        std::count_if(shard.users.begin(), shard.users.end(),
                      [](const auto& entry) { return !entry.second.devices.empty(); }));
  }
  return count;
}

void SocketManager::sweep() {
  const base::SteadyTime now = clock_.steady();
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    std::erase_if(shard.users, [&](const auto& entry) {
      return entry.second.devices.empty() && now - entry.second.leftAt > options_.grace;
    });
  }
}

}  // namespace rookery::chat
