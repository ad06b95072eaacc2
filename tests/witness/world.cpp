#include "witness/world.h"

#include "rookery/base/check.h"

namespace rookery::witness {
namespace {

constexpr std::uint32_t kSlice = 10'000;

base::ObjectId idOf(std::uint8_t kind, unsigned number) {
  base::ObjectId id;
  id.bytes[4] = kind;
  id.bytes[11] = static_cast<std::uint8_t>(number + 1);
  return id;
}

void must(const store::WriteResult& result) { ROOKERY_CHECK(result.ok()); }

}  // namespace

base::ObjectId userId(unsigned user) { return idOf(1, user); }

std::string userName(unsigned user) { return "user" + std::to_string(user); }

std::vector<Place> populate(store::Database& database, const World& world, base::WallMs now) {
  must(database.begin());
  for (unsigned i = 0; i < world.users; ++i) {
    store::UserRecord user;
    user.id = userId(i);
    user.username = userName(i);
    user.email = user.username + "@example.org";
    user.passwordHash = "none";
    user.avatar = "/avatar/default.png";
    user.createdAt = user.updatedAt = now;
    must(database.insertUser(user));
  }
  store::WorkspaceRecord workspace;
  workspace.id = idOf(2, 0);
  workspace.name = "workspace";
  workspace.joinCode = "ABCDEF";
  must(database.insertWorkspace(workspace));
  std::set<unsigned> members;
  for (unsigned i = 0; i + 1 < world.users; ++i) {
    must(database.insertMember({.workspaceId = workspace.id, .userId = userId(i)}));
    members.insert(i);
  }
  std::vector<Place> places;
  for (unsigned i = 0; i < world.pairs; ++i) {
    const base::ObjectId channel = idOf(3, i);
    must(database.insertChannel({channel, workspace.id, "channel" + std::to_string(i), now, now}));
    places.push_back({channel.hex(), true, members});
    const base::ObjectId room = idOf(4, i);
    must(database.insertRoom({.id = room, .senderId = userId(i), .recieverId = userId(i + 1)}));
    places.push_back({room.hex(), false, {i, i + 1}});
  }
  must(database.commit());
  return places;
}

std::vector<Reading> readingsOf(store::Reader& reader, const World& world) {
  std::vector<Reading> all;
  for (unsigned user = 0; user < world.users; ++user) {
    const auto states = reader.readingOf(userId(user));
    ROOKERY_CHECK(states.has_value());
    for (const store::ReadingState& state : *states) all.push_back({user, state});
  }
  return all;
}

std::vector<Stored> readBack(store::Reader& reader, const std::vector<Place>& places) {
  std::vector<Stored> all;
  for (const Place& place : places) {
    Stored& one = all.emplace_back(Stored{place, {}});
    std::uint64_t last = 0;
    while (true) {
      auto rows = reader.messagesSince(*base::ObjectId::parse(place.id), last, kSlice);
      ROOKERY_CHECK(rows.has_value());
      if (rows->empty()) break;
      last = rows->back().seq;
      for (store::StoredMessage& row : *rows) one.messages.push_back(std::move(row));
    }
  }
  return all;
}

}  // namespace rookery::witness
