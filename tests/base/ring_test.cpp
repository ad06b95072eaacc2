#include "rookery/base/ring.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>

namespace rookery::base {
namespace {

TEST(Ring, GivesWhatADequeWouldGive) {
  std::mt19937 random(7);
  Ring<std::uint64_t> ring;
  std::deque<std::uint64_t> expected;
  for (std::uint64_t step = 0; step < 20'000; ++step) {
    // By turns more comes than goes, and the other way round.
    const bool isRising = step / 500 % 2 == 0;
    if (random() % 3 < (isRising ? 2U : 1U)) {
      ring.push(step);
      expected.push_back(step);
    } else if (!expected.empty()) {
      ASSERT_EQ(ring.pop(), expected.front());
      expected.pop_front();
    }
    ASSERT_EQ(ring.size(), expected.size());
    ASSERT_EQ(ring.empty(), expected.empty());
    if (expected.empty()) continue;
    ASSERT_EQ(ring.front(), expected.front());
    ASSERT_EQ(ring.back(), expected.back());
  }
}

TEST(Ring, LetsGoOfWhatItGave) {
  Ring<std::shared_ptr<int>> ring;
  const auto value = std::make_shared<int>(1);
  for (int count = 0; count < 3; ++count) ring.push(value);
  for (int count = 0; count < 3; ++count) EXPECT_EQ(ring.pop(), value);
  EXPECT_EQ(value.use_count(), 1);
}

}  // namespace
}  // namespace rookery::base
