#pragma once

#include <cstddef>
#include <string_view>

namespace rookery::base {

/// What a part of the server keeps in memory, as GET /debug/memory shows it.
struct Held {
  std::string_view part;
  std::size_t items = 0;
  std::size_t bytes = 0;   ///< about: of its own blocks, not of what they share with other parts
  std::string_view bound;  ///< why it does not grow for ever
};

/// What an allocation takes beside what was asked for.
inline constexpr std::size_t kBlockBytes = 16;

/// Of a std::unordered_map with all its nodes, without what these point to.
template <typename Map>
[[nodiscard]] std::size_t nodeBytes(const Map& map) {
  constexpr std::size_t kNode = sizeof(typename Map::value_type) + 2 * sizeof(void*) + kBlockBytes;
  return map.size() * kNode + map.bucket_count() * sizeof(void*);
}

/// Of a Swiss table with all its slots, without what these point to.
template <typename Table>
[[nodiscard]] std::size_t slotBytes(const Table& table) {
  return table.capacity() * (sizeof(typename Table::value_type) + 1);
}

}  // namespace rookery::base
