#include "rookery/app/duration.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>

namespace rookery::app {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr std::array kUnits = {Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000},
                               Unit{"s", 1'000}, Unit{"ms", 1}};

}  // namespace

std::optional<std::chrono::milliseconds> parseDuration(std::string_view text) {
  std::int64_t count = 0;
  const auto [unitBegin, error] = std::from_chars(text.begin(), text.end(), count);
  if (error != std::errc() || count < 0) return std::nullopt;
  const std::string_view name(unitBegin, text.end());
  for (const Unit& unit : kUnits) {
    if (unit.name != name) continue;
    if (count > kLongestDuration.count() / unit.ms) return std::nullopt;
    return std::chrono::milliseconds(count * unit.ms);
  }
  return std::nullopt;
}

std::string durationText(std::chrono::milliseconds duration) {
  for (const Unit& unit : kUnits) {
    if (duration.count() % unit.ms == 0 && duration.count() != 0) {
      return fmt::format("{}{}", duration.count() / unit.ms, unit.name);
    }
  }
  return "0s";
}

}  // namespace rookery::app
