#include "rookery/base/object_id.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "support/manual_clock.h"

namespace rookery::base {
namespace {

TEST(ObjectIdTest, HexGoesBothWays) {
  const auto id = ObjectId::parse("00ff1234567890abcdef0a0b");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->bytes[1], 0xff);
  EXPECT_EQ(id->bytes[11], 0x0b);
  EXPECT_EQ(id->hex(), "00ff1234567890abcdef0a0b");
  EXPECT_FALSE(id->isNull());
  EXPECT_TRUE(ObjectId{}.isNull());
}

TEST(ObjectIdTest, TakesNothingButTwentyFourLowerCaseDigits) {
  for (const char* bad :
       {"", "00ff1234567890abcdef0a0", "00ff1234567890abcdef0a0b0", "00FF1234567890abcdef0a0b",
        "00ff1234567890abcdef0a0g", "temp_34567890abcdef0a0b1", " 0ff1234567890abcdef0a0b"}) {
    EXPECT_FALSE(ObjectId::parse(bad)) << bad;
  }
}

TEST(ObjectIdGeneratorTest, BeginsWithTheSecondsOfTheClock) {
  test::ManualClock clock;
  SystemRandom random;
  ObjectIdGenerator generator(clock, random);
  const ObjectId id = generator.next();
  const std::uint32_t seconds = static_cast<std::uint32_t>(id.bytes[0]) << 24 |
                                static_cast<std::uint32_t>(id.bytes[1]) << 16 |
                                static_cast<std::uint32_t>(id.bytes[2]) << 8 | id.bytes[3];
  EXPECT_EQ(seconds, clock.wall() / 1000);
}

TEST(ObjectIdGeneratorTest, RisesAlsoWhenTheClockStepsBack) {
  test::ManualClock clock;
  SystemRandom random;
  ObjectIdGenerator generator(clock, random);
  ObjectId last = generator.next();
  for (int i = 0; i < 2000; ++i) {
    clock.stepWall(std::chrono::milliseconds(i % 3 == 0 ? -90'000 : 40'000));
    const ObjectId next = generator.next();
    ASSERT_LT(last, next) << "step " << i;
    last = next;
  }
}

TEST(ObjectIdGeneratorTest, RisesOverTheEndOfItsCounter) {
  test::ManualClock clock;
  SystemRandom random;
  ObjectIdGenerator generator(clock, random);
  ObjectId last = generator.next();
  for (int i = 0; i < (1 << 24) + 10; ++i) {
    const ObjectId next = generator.next();
    ASSERT_LT(last, next) << "step " << i;
    last = next;
  }
}

TEST(ObjectIdGeneratorTest, IsUniqueOverThreads) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kEach = 20'000;
  test::ManualClock clock;
  SystemRandom random;
  ObjectIdGenerator generator(clock, random);
  std::vector<std::vector<ObjectId>> made(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&generator, &mine = made[i]] {
      for (std::size_t n = 0; n < kEach; ++n) mine.push_back(generator.next());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<ObjectId> all;
  for (const auto& mine : made) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(ObjectIdGeneratorTest, TwoProcessesShareNoIds) {
  test::ManualClock clock;
  SystemRandom random;
  ObjectIdGenerator one(clock, random);
  ObjectIdGenerator two(clock, random);
  const ObjectId a = one.next();
  const ObjectId b = two.next();
  EXPECT_FALSE(std::equal(a.bytes.begin() + 4, a.bytes.begin() + 9, b.bytes.begin() + 4));
}

}  // namespace
}  // namespace rookery::base
