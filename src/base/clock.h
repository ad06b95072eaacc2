#pragma once

#include <chrono>
#include <cstdint>

namespace rookery::base {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Milliseconds since 1970-01-01 UTC: what messages, tokens and rows carry.
using WallMs = std::int64_t;

/// The only source of time above `net`, so that the simulation can hand out its own.
/// Thread: any.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SteadyTime steady() const = 0;  ///< for durations and deadlines
  [[nodiscard]] virtual WallMs wall() const = 0;        ///< for people; may step
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] WallMs wall() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace rookery::base
