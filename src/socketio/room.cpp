#include "rookery/socketio/room.h"

#include <utility>

namespace rookery::socketio {

Room::Room(std::string name, std::size_t loops) : name_(std::move(name)), perLoop_(loops) {}

void Room::dropLeavers(std::size_t loop, std::uint64_t settled) {
  PerLoop& here = perLoop_[loop];
  const std::size_t gone =
      std::erase_if(here.leavers, [&](const Leaver& one) { return one.upTo <= settled; });
  here.readers.fetch_sub(static_cast<std::uint32_t>(gone), std::memory_order_release);
}

RoomRef RoomTable::get(std::string_view name) {
  Shard& shard = shardOf(name);
  const base::MutexLock lock(shard.mutex);
  const auto found = shard.rooms.find(name);
  if (found != shard.rooms.end()) {
    // One that nobody holds any more waits for this very lock, to be forgotten.
    if (RoomRef room = (*found)->weak_from_this().lock()) return room;
    shard.rooms.erase(found);
  }
  RoomRef made(new Room(std::string(name), loops_), [this](Room* room) { forget(room); });
  shard.rooms.insert(made.get());
  return made;
}

void RoomTable::forget(Room* room) {
  Shard& shard = shardOf(room->name());
  {
    const base::MutexLock lock(shard.mutex);
    const auto found = shard.rooms.find(room->name());
    // A room of the same name may have been made since.
    if (found != shard.rooms.end() && *found == room) shard.rooms.erase(found);
  }
  delete room;
}

base::Held RoomTable::held() const {
  constexpr std::size_t kName = 32;
  const std::size_t lists = loops_ > 1 ? loops_ * sizeof(Room::PerLoop) : 0;
  const std::size_t each = sizeof(Room) + kName + lists + 3 * base::kBlockBytes;
  base::Held held{.part = "rooms", .bound = "those that a socket or a conversation holds"};
  for (const Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    held.items += shard.rooms.size();
    held.bytes += base::nodeBytes(shard.rooms) + shard.rooms.size() * each;
  }
  return held;
}

std::size_t RoomTable::size() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const base::MutexLock lock(shard.mutex);
    count += shard.rooms.size();
  }
  return count;
}

}  // namespace rookery::socketio
