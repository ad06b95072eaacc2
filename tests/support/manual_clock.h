#pragma once

#include "rookery/base/clock.h"

namespace rookery::test {

/// Time that moves only when told to. Thread: owner.
class ManualClock final : public base::Clock {
 public:
  [[nodiscard]] base::SteadyTime steady() const override { return steady_; }
  [[nodiscard]] base::WallMs wall() const override { return wall_; }

  void advance(std::chrono::milliseconds by) {
    steady_ += by;
    wall_ += by.count();
  }
  /// The wall clock alone steps, as NTP or an operator may make it.
  void stepWall(std::chrono::milliseconds by) { wall_ += by.count(); }

 private:
  base::SteadyTime steady_{std::chrono::hours{1}};
  base::WallMs wall_ = 1'790'000'000'000;
};

}  // namespace rookery::test
