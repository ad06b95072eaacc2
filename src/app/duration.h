#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rookery::app {

/// Nobody means more than ten years.
inline constexpr std::chrono::milliseconds kLongestDuration = std::chrono::hours(10 * 366 * 24);

/// A whole number and a unit: `1d`, `12h`, `30m`, `45s`, `500ms`. Nothing for anything else, and
/// for what is longer than kLongestDuration. Thread: any.
[[nodiscard]] std::optional<std::chrono::milliseconds> parseDuration(std::string_view text);

/// The same with the largest unit that loses nothing. Thread: any.
[[nodiscard]] std::string durationText(std::chrono::milliseconds duration);

}  // namespace rookery::app
