#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "rookery/base/clock.h"
#include "rookery/base/token_bucket.h"
#include "rookery/chat/options.h"

namespace rookery::chat {

/// Recognises a client that goes on far beyond a limit (events.md, rate limits): for ten seconds,
/// with ten times of what the limit lets through in that time.
/// Thread: one at a time.
class FloodGuard {
 public:
  /// An event of that class was refused. Whether the client floods.
  [[nodiscard]] bool refused(RateClass rateClass, const base::RateLimit& limit,
                             base::SteadyTime now) {
    Window& window = windows_[static_cast<std::size_t>(rateClass)];
    if (window.refused == 0) window.begin = now;
    ++window.refused;
    if (now - window.begin < kFor) return false;
    const double allowed =
        std::max(limit.rate * std::chrono::duration<double>(kFor).count(), limit.burst);
    if (static_cast<double>(window.refused) >= kTimes * allowed) return true;
    window.refused = 0;
    return false;
  }

 private:
  static constexpr std::chrono::seconds kFor{10};
  static constexpr double kTimes = 10;
  struct Window {
    base::SteadyTime begin{};
    std::uint64_t refused = 0;
  };
  std::array<Window, kRateClasses> windows_{};
};

}  // namespace rookery::chat
