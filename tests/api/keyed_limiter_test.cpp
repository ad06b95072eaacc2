#include "rookery/api/keyed_limiter.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"

namespace rookery::api {
namespace {

KeyedLimiter::Key key(std::uint8_t number) {
  KeyedLimiter::Key result{};
  result[0] = number;
  return result;
}

net::PeerAddress ipv6(std::uint8_t network, std::uint8_t host) {
  net::PeerAddress peer;
  peer.bytes[0] = 0x20;
  peer.bytes[7] = network;
  peer.bytes[15] = host;
  return peer;
}

net::PeerAddress ipv4(std::uint8_t last) {
  net::PeerAddress peer;
  peer.bytes[10] = peer.bytes[11] = 0xff;
  peer.bytes[12] = 10;
  peer.bytes[15] = last;
  return peer;
}

}  // namespace

class KeyedLimiterTest : public testing::Test {
 protected:
  [[nodiscard]] bool isFree(std::uint8_t number) {
    return limiter_.take(key(number), clock_.steady()) == 0;
  }
  test::ManualClock clock_;
  KeyedLimiter limiter_{{.rate = 1, .burst = 2}, 3};
};

TEST_F(KeyedLimiterTest, GivesEachKeyItsOwnBurstAndRate) {
  EXPECT_TRUE(isFree(1));
  EXPECT_TRUE(isFree(1));
  EXPECT_FALSE(isFree(1));
  EXPECT_TRUE(isFree(2));
  clock_.advance(std::chrono::milliseconds(1000));
  EXPECT_TRUE(isFree(1));
  EXPECT_FALSE(isFree(1));
}

TEST_F(KeyedLimiterTest, SaysHowLongToWait) {
  static_cast<void>(isFree(1));
  static_cast<void>(isFree(1));
  const std::int64_t wait = limiter_.take(key(1), clock_.steady());
  EXPECT_GT(wait, 990);
  EXPECT_LE(wait, 1001);
  clock_.advance(std::chrono::milliseconds(wait));
  EXPECT_TRUE(isFree(1));
}

TEST_F(KeyedLimiterTest, LetsThoseBeyondItsLimitShareOneBucket) {
  for (std::uint8_t known = 1; known <= 3; ++known) EXPECT_TRUE(isFree(known));
  EXPECT_TRUE(isFree(4));
  EXPECT_TRUE(isFree(5));
  EXPECT_FALSE(isFree(6));
  EXPECT_FALSE(isFree(4));
  EXPECT_TRUE(isFree(1)) << "those who are known are not slowed down";
}

TEST_F(KeyedLimiterTest, ForgetsThoseWhoseBucketsAreFullAgain) {
  for (std::uint8_t known = 1; known <= 3; ++known) EXPECT_TRUE(isFree(known));
  clock_.advance(std::chrono::seconds(10));
  for (const std::uint8_t fresh : {4, 5, 6}) {
    EXPECT_TRUE(isFree(fresh));
    EXPECT_TRUE(isFree(fresh));
    EXPECT_FALSE(isFree(fresh));
  }
}

TEST(LimiterKeyTest, IsAnIpv4AddressOrTheNetworkOfAnIpv6One) {
  EXPECT_NE(KeyedLimiter::keyOf(ipv4(1)), KeyedLimiter::keyOf(ipv4(2)));
  EXPECT_EQ(KeyedLimiter::keyOf(ipv6(1, 1)), KeyedLimiter::keyOf(ipv6(1, 2)));
  EXPECT_NE(KeyedLimiter::keyOf(ipv6(1, 1)), KeyedLimiter::keyOf(ipv6(2, 1)));
}

}  // namespace rookery::api
