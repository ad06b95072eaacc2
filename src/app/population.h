#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Who meets whom in a generated store (cli.md, `generate`). Users are numbers from 0.
/// Thread: any.
namespace rookery::app {

struct Population {
  std::size_t users = 0;
  std::size_t rooms = 0;
  std::size_t channels = 0;
  std::size_t members = 0;  ///< of each channel

  /// How many pairs there are, each of which can have one room.
  [[nodiscard]] std::size_t pairs() const { return users < 2 ? 0 : users * (users - 1) / 2; }

  /// Why this cannot be made, naming the flag; nothing when it can.
  [[nodiscard]] std::optional<std::string> problem() const;

  /// The pair of room `index`, each pair once: nobody gets a next room before all have had one,
  /// but for the one whom an odd number leaves over.
  [[nodiscard]] std::pair<std::size_t, std::size_t> pairOf(std::size_t index) const;

  /// The members of channel `index`, dealt out like cards: 1 000 users in 10 channels of 100 meet
  /// once each.
  [[nodiscard]] std::vector<std::size_t> membersOf(std::size_t index) const;
};

}  // namespace rookery::app
