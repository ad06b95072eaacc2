#pragma once

#include <string>

#include "rookery/base/clock.h"

namespace rookery::base {

inline constexpr std::size_t kIsoTimeLength = 24;

/// Writes `2026-01-31T09:30:00.123Z` (events.md, conventions), 24 characters, no terminator.
/// Years 1970 to 9999; outside it is cut to that range.
void writeIsoTime(WallMs ms, char* out);
[[nodiscard]] std::string isoTime(WallMs ms);

}  // namespace rookery::base
