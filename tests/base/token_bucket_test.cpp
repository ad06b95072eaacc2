#include "rookery/base/token_bucket.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"

namespace rookery::base {
namespace {

using std::chrono::milliseconds;

class TokenBucketTest : public testing::Test {
 protected:
  std::int64_t take(const RateLimit& limit) { return bucket_.take(limit, clock_.steady()); }
  test::ManualClock clock_;
  TokenBucket bucket_;
};

TEST_F(TokenBucketTest, GivesItsBurstAtOnceAndThenItsRate) {
  const RateLimit limit{.rate = 10, .burst = 5};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(take(limit), 0);
  EXPECT_GT(take(limit), 0);
  clock_.advance(milliseconds{100});
  EXPECT_EQ(take(limit), 0);
  EXPECT_GT(take(limit), 0);
}

TEST_F(TokenBucketTest, SaysWhenToComeBack) {
  const RateLimit limit{.rate = 2, .burst = 1};
  EXPECT_EQ(take(limit), 0);
  const std::int64_t wait = take(limit);
  EXPECT_GE(wait, 500);
  EXPECT_LE(wait, 502);
  clock_.advance(milliseconds{wait - 2});
  EXPECT_GT(take(limit), 0) << "one may come earlier than told";
  clock_.advance(milliseconds{2});
  EXPECT_EQ(take(limit), 0);
}

TEST_F(TokenBucketTest, RefusalsCostNothing) {
  const RateLimit limit{.rate = 1, .burst = 1};
  EXPECT_EQ(take(limit), 0);
  for (int i = 0; i < 1000; ++i) EXPECT_GT(take(limit), 0);
  clock_.advance(milliseconds{1000});
  EXPECT_EQ(take(limit), 0);
}

TEST_F(TokenBucketTest, NeverSavesMoreThanItsBurst) {
  const RateLimit limit{.rate = 100, .burst = 3};
  clock_.advance(std::chrono::hours{24});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(take(limit), 0);
  EXPECT_GT(take(limit), 0);
}

TEST_F(TokenBucketTest, HoldsItsRateOverALongTime) {
  const RateLimit limit{.rate = 7, .burst = 2};
  int taken = 0;
  for (int i = 0; i < 100'000; ++i) {
    taken += take(limit) == 0 ? 1 : 0;
    clock_.advance(milliseconds{1});
  }
  EXPECT_GE(taken, 700);
  EXPECT_LE(taken, 703);
}

TEST_F(TokenBucketTest, NoRateMeansNeverAgain) {
  const RateLimit limit{.rate = 0, .burst = 1};
  EXPECT_EQ(take(limit), 0);
  clock_.advance(std::chrono::hours{1000});
  EXPECT_GT(take(limit), 0);
}

TEST_F(TokenBucketTest, KnowsWhenItIsAsGoodAsNew) {
  const RateLimit limit{.rate = 10, .burst = 5};
  EXPECT_TRUE(bucket_.isFull(limit, clock_.steady()));
  EXPECT_EQ(take(limit), 0);
  EXPECT_FALSE(bucket_.isFull(limit, clock_.steady()));
  clock_.advance(milliseconds{100});
  EXPECT_TRUE(bucket_.isFull(limit, clock_.steady()));
}

}  // namespace
}  // namespace rookery::base
