#pragma once

#include <vector>

#include "rookery/store/database.h"
#include "witness/checker.h"

namespace rookery::witness {

/// Who is there when a run begins.
struct World {
  unsigned users = 4;  ///< the last one is a stranger to every channel and most rooms
  unsigned pairs = 2;  ///< a channel and a room each
};

[[nodiscard]] base::ObjectId userId(unsigned user);
[[nodiscard]] std::string userName(unsigned user);

/// Puts users and conversations into an empty store, as if they had been there for long.
[[nodiscard]] std::vector<Place> populate(store::Database& database, const World& world,
                                          base::WallMs now);

/// What the store says of each user's reading.
[[nodiscard]] std::vector<Reading> readingsOf(store::Reader& reader, const World& world);

/// What the store has of each place.
[[nodiscard]] std::vector<Stored> readBack(store::Reader& reader, const std::vector<Place>& places);

}  // namespace rookery::witness
