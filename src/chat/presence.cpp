#include "rookery/chat/presence.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "rookery/chat/conversations.h"
#include "rookery/chat/event_names.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {
namespace {

constexpr std::chrono::hours kOfflineRemembered{1};

}  // namespace

std::string_view presenceText(PresenceStatus status) {
  switch (status) {
    case PresenceStatus::kOffline:
      return "offline";
    case PresenceStatus::kOnline:
      return "online";
    case PresenceStatus::kAway:
      return "away";
    case PresenceStatus::kDnd:
      return "dnd";
  }
  return "offline";
}

std::optional<PresenceStatus> chosenPresence(std::string_view text) {
  for (const PresenceStatus one :
       {PresenceStatus::kOnline, PresenceStatus::kAway, PresenceStatus::kDnd}) {
    if (text == presenceText(one)) return one;
  }
  return std::nullopt;
}

void writePresence(base::JsonWriter& json, const base::ObjectId& user, const PresenceState& state) {
  json.beginObject().key("userId").id(user);
  json.key("status").string(presenceText(state.status)).key("lastSeen");
  if (state.lastSeen == 0) {
    json.null();
  } else {
    json.time(state.lastSeen);
  }
  json.endObject();
}

void Presence::connected(const base::ObjectId& user) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  Entry& entry = shard.users[user];
  if (entry.sockets++ > 0) return;
  ++entry.departure;
  entry.isDirty = true;
  const bool wasOffline = entry.told.status == PresenceStatus::kOffline;
  entry.told = {entry.chosen, clock_.wall()};
  if (wasOffline) tell(user, entry.told);
}

void Presence::disconnected(const base::ObjectId& user, net::Loop& loop) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  Entry& entry = shard.users[user];
  if (entry.sockets == 0 || --entry.sockets > 0) return;
  entry.leftAt = clock_.steady();
  entry.told.lastSeen = clock_.wall();
  entry.isDirty = true;
  loop.postAfter(options_.presenceGrace,
                 [this, user, departure = ++entry.departure, lastSeen = entry.told.lastSeen] {
                   leaveIfGone(user, departure, lastSeen);
                 });
}

void Presence::leaveIfGone(const base::ObjectId& user, std::uint64_t departure,
                           base::WallMs lastSeen) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.users.find(user);
  if (found == shard.users.end() || found->second.departure != departure) return;
  found->second.told = {PresenceStatus::kOffline, lastSeen};
  tell(user, found->second.told);
}

PresenceState Presence::choose(const base::ObjectId& user, PresenceStatus status,
                               const socketio::SocketRef& by) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  Entry& entry = shard.users[user];
  entry.chosen = status;
  if (entry.told.status != status) {
    entry.told = {status, clock_.wall()};
    entry.isDirty = true;
    tell(user, entry.told, by);
  }
  return entry.told;
}

std::optional<PresenceState> Presence::state(const base::ObjectId& user) {
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.users.find(user);
  if (found == shard.users.end()) return std::nullopt;
  return found->second.told;
}

std::string Presence::statesJson(std::span<const base::ObjectId> users,
                                 std::span<const store::PresenceRecord> stored) {
  std::string text;
  base::JsonWriter json(text);
  json.beginObject().key("presence").beginArray();
  for (const base::ObjectId& user : users) {
    PresenceState now;
    if (const auto known = state(user)) {
      now = *known;
    } else {
      const auto kept = std::find_if(stored.begin(), stored.end(),
                                     [&](const auto& one) { return one.userId == user; });
      if (kept != stored.end()) now = absentState(*kept);
    }
    writePresence(json, user, now);
  }
  json.endArray().endObject();
  return text;
}

socketio::RoomRef Presence::watchersOf(const base::ObjectId& user) {
  return nsp_.room("presence:" + user.hex());
}

net::SharedFrame Presence::frame(const base::ObjectId& user, const PresenceState& state,
                                 std::optional<std::uint64_t> told) {
  socketio::EventFrame frame(nsp_, kPresenceChanged, 128);
  if (told) frame.tells(*told);
  writePresence(frame.args(), user, state);
  return frame.finish(net::FrameClass::kPresence, user);
}

/// Under the user's lock: watchers see the changes in their order.
void Presence::tell(const base::ObjectId& user, const PresenceState& state,
                    const socketio::SocketRef& by) {
  const socketio::RoomRef watchers = watchersOf(user);
  if (!by && !nsp_.hasReaders(*watchers)) return;
  auto step = std::make_shared<socketio::Broadcast>();
  step->frame = frame(user, state);
  step->rooms.push_back(watchers);
  if (by) step->rooms.push_back(nsp_.room(userRoomKey(user)));
  step->except = by;
  nsp_.post(std::move(step));
}

base::Held Presence::held() {
  base::Held held{.part = "presence", .bound = "users who are there, or left a while ago"};
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    held.items += shard.users.size();
    held.bytes += base::nodeBytes(shard.users);
  }
  return held;
}

std::size_t Presence::present() {
  std::size_t count = 0;
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    for (const auto& [id, entry] : shard.users) {
      if (entry.told.status != PresenceStatus::kOffline) ++count;
    }
  }
  return count;
}

PresenceState absentState(const store::PresenceRecord& record) {
  return {PresenceStatus::kOffline, record.lastSeen};
}

void Presence::restore(const base::ObjectId& user, std::span<const store::PresenceRecord> record) {
  if (record.empty()) return;
  Shard& shard = shardOf(user);
  const base::MutexLock lock(shard.mutex);
  const auto [at, isNew] = shard.users.try_emplace(user);
  if (!isNew) return;
  at->second.told = absentState(record.front());
  at->second.leftAt = clock_.steady();
  for (const PresenceStatus one : {PresenceStatus::kAway, PresenceStatus::kDnd}) {
    if (record.front().status == static_cast<std::uint8_t>(one)) at->second.chosen = one;
  }
}

store::PresenceRecord Presence::recordOf(const base::ObjectId& user, const Entry& entry) {
  return {user, static_cast<std::uint8_t>(entry.chosen), entry.told.lastSeen};
}

void Presence::keep(std::vector<store::PresenceRecord> records) {
  constexpr std::size_t kRecordBytes = 64;
  constexpr std::size_t kRecordsPerJob = 1'000;  // no longer than a group of messages takes
  for (std::size_t i = 0; i < records.size(); i += kRecordsPerJob) {
    const std::size_t count = std::min(kRecordsPerJob, records.size() - i);
    auto slot = writer_->reserve(kRecordBytes * count);
    if (!slot) return;  // the next change of each says it anew
    writer_->write(
        std::move(*slot),
        [some = std::vector(records.begin() + static_cast<std::ptrdiff_t>(i),
                            records.begin() + static_cast<std::ptrdiff_t>(i + count))](
            store::Database& database) {
          store::WriteResult result;
          for (const store::PresenceRecord& one : some) {
            if (result.ok()) result = database.putPresence(one);
          }
          return result;
        },
        [](const store::WriteResult&) {});
  }
}

void Presence::keepAll() {
  const base::WallMs now = clock_.wall();
  std::vector<store::PresenceRecord> records;
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    for (auto& [id, entry] : shard.users) {
      if (entry.sockets > 0) entry.told.lastSeen = now;
      if (entry.sockets > 0 || entry.isDirty) records.push_back(recordOf(id, entry));
    }
  }
  keep(std::move(records));
}

void Presence::sweep() {
  const base::SteadyTime now = clock_.steady();
  std::vector<store::PresenceRecord> records;
  for (Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    for (auto& [id, entry] : shard.users) {
      if (std::exchange(entry.isDirty, false)) records.push_back(recordOf(id, entry));
    }
    std::erase_if(shard.users, [&](const auto& entry) {
      return entry.second.sockets == 0 && entry.second.told.status == PresenceStatus::kOffline &&
             now - entry.second.leftAt > kOfflineRemembered;
    });
  }
  keep(std::move(records));
}

}  // namespace rookery::chat
