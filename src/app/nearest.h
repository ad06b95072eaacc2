#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace rookery::app {

/// The least number of characters to insert, remove or replace so that `a` becomes `b` (Levenshtein
/// distance); ASCII letters of either case are the same. Thread: any.
[[nodiscard]] std::size_t editDistance(std::string_view a, std::string_view b);

/// The candidate that was most likely meant by `typed`; nothing when none is like it (a third of
/// its length, at least 2 characters, may be wrong). Thread: any.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view typed,
                                                      std::span<const std::string_view> candidates);

}  // namespace rookery::app
