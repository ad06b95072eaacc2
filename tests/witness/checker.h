#pragma once

#include <set>
#include <string>
#include <vector>

#include "rookery/store/records.h"
#include "witness/client.h"
#include "witness/history.h"

namespace rookery::witness {

/// What the store has of one conversation at the end.
struct Stored {
  Place place;
  std::vector<store::StoredMessage> messages;  ///< in the order of seq
};

/// What the store says of a user's reading in one of his conversations at the end.
struct Reading {
  unsigned user = 0;
  store::ReadingState state;
};

/// Everything in which a run broke the promises of delivery.md; nothing when it kept them.
[[nodiscard]] std::vector<std::string> check(const History& history,
                                             const std::vector<Stored>& stored,
                                             const std::vector<Reading>& readings);

}  // namespace rookery::witness
