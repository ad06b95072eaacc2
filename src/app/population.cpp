#include "rookery/app/population.h"

#include <fmt/format.h>

namespace rookery::app {
namespace {

constexpr std::size_t kMostRows = 10'000'000;  // of a kind: what SQLite takes in minutes

}  // namespace

std::optional<std::string> Population::problem() const {
  if (users == 0) return "--users must be at least 1";
  for (const std::size_t count : {users, rooms, channels}) {
    if (count > kMostRows) return fmt::format("more than {} of a kind are too many", kMostRows);
  }
  if (rooms > pairs()) {
    return fmt::format("--rooms {}: {} users make {} pairs, and a pair has one room", rooms, users,
                       pairs());
  }
  if (members > users) return fmt::format("--members {}: there are {} users", members, users);
  if (channels > 0 && members == 0) return "--members must be at least 1 when there are channels";
  if (channels > 0 && members > kMostRows / channels) {
    return fmt::format("more than {} memberships are too many", kMostRows);
  }
  return std::nullopt;
}

// The rounds of a tournament: one player keeps its seat, the others go round the table.
std::pair<std::size_t, std::size_t> Population::pairOf(std::size_t index) const {
  const bool isOdd = users % 2 == 1;
  const std::size_t turning = isOdd ? users : users - 1;
  const std::size_t games = users / 2;
  const std::size_t round = index / games;
  const std::size_t game = index % games + (isOdd ? 1 : 0);
  if (game == 0) return {round, users - 1};
  return {(round + game) % turning, (round + turning - game) % turning};
}

std::vector<std::size_t> Population::membersOf(std::size_t index) const {
  std::vector<std::size_t> dealt;
  dealt.reserve(members);
  for (std::size_t i = 0; i < members; ++i) dealt.push_back((index * members + i) % users);
  return dealt;
}

}  // namespace rookery::app
