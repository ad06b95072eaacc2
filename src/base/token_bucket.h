#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "rookery/base/clock.h"

namespace rookery::base {

/// `rate` events per second on average, `burst` at once (cli.md, limits).
struct RateLimit {
  double rate = 0;
  double burst = 0;
};

/// A token bucket. Thread: owner.
class TokenBucket {
 public:
  /// Takes one token. Returns 0, or the milliseconds until one is there (nothing is taken then).
  [[nodiscard]] std::int64_t take(const RateLimit& limit, SteadyTime now) {
    const double elapsed = std::chrono::duration<double>(now - last_).count();
    spent_ = std::max(0.0, spent_ - std::max(0.0, elapsed) * limit.rate);
    last_ = now;
    if (spent_ + 1 <= limit.burst) {
      spent_ += 1;
      return 0;
    }
    return limit.rate > 0 ? 1 + static_cast<std::int64_t>((spent_ + 1 - limit.burst) / limit.rate * 1000)
                          : kNever;
  }
  /// Whether it is as good as new, so that its memory may be given up.
  [[nodiscard]] bool isFull(const RateLimit& limit, SteadyTime now) const {
    return std::chrono::duration<double>(now - last_).count() * limit.rate >= spent_;
  }

 private:
  static constexpr std::int64_t kNever = 3'600'000;

  SteadyTime last_{};
  double spent_ = 0;
};

}  // namespace rookery::base
