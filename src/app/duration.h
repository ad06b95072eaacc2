#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rookery::app {

/// A whole number and a unit: `1d`, `12h`, `30m`, `45s`, `500ms`. Nothing for anything else, and
/// for what is more than ten years. Thread: any.
[[nodiscard]] std::optional<std::chrono::milliseconds> parseDuration(std::string_view text);

/// The same with the largest unit that loses nothing. Thread: any.
[[nodiscard]] std::string durationText(std::chrono::milliseconds duration);

}  // namespace rookery::app
