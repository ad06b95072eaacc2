#include "rookery/chat/flood_guard.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"

namespace rookery::chat {
namespace {

using std::chrono::milliseconds;

class FloodGuardTest : public testing::Test {
 protected:
  /// Refused events at equal distances over that time: whether one of them made a flood of it.
  bool flood(int events, milliseconds over, RateClass rateClass = RateClass::kTypingEvents) {
    bool isFlood = false;
    for (int i = 0; i < events; ++i) {
      isFlood = guard_.refused(rateClass, {.rate = 2, .burst = 5}, clock_.steady()) || isFlood;
      clock_.advance(over / events);
    }
    return isFlood;
  }
  test::ManualClock clock_;
  FloodGuard guard_;
};

TEST_F(FloodGuardTest, TenTimesTheLimitForTenSeconds) {
  EXPECT_TRUE(flood(220, milliseconds(11'000)));
}

TEST_F(FloodGuardTest, NotABurst) { EXPECT_FALSE(flood(10'000, milliseconds(9'000))); }

TEST_F(FloodGuardTest, NotALittleTooMuchForLong) {
  EXPECT_FALSE(flood(1'000, milliseconds(100'000)));
}

TEST_F(FloodGuardTest, EachClassOnItsOwn) {
  EXPECT_FALSE(flood(150, milliseconds(6'000), RateClass::kTypingEvents));
  EXPECT_FALSE(flood(150, milliseconds(6'000), RateClass::kJoins));
}

}  // namespace
}  // namespace rookery::chat
