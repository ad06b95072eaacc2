#include "rookery/app/population.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace rookery::app {
namespace {

TEST(PopulationTest, EveryPairHasOneRoomAndRoomsAreSpreadEvenly) {
  for (const std::size_t users : {2, 3, 4, 7, 10, 11}) {
    const Population population{.users = users};
    std::set<std::pair<std::size_t, std::size_t>> seen;
    std::map<std::size_t, std::size_t> roomsOf;
    for (std::size_t i = 0; i < population.pairs(); ++i) {
      const auto [a, b] = population.pairOf(i);
      ASSERT_LT(std::max(a, b), users);
      EXPECT_NE(a, b);
      EXPECT_TRUE(seen.emplace(std::min(a, b), std::max(a, b)).second) << users << ": " << i;
      ++roomsOf[a];
      ++roomsOf[b];
      const auto compare = [](const auto& x, const auto& y) { return x.second < y.second; };
      const auto [least, most] = std::minmax_element(roomsOf.begin(), roomsOf.end(), compare);
      if (roomsOf.size() < users) continue;
      EXPECT_LE(most->second - least->second, 2u) << users;
    }
  }
}

TEST(PopulationTest, ChannelsOfAHundredDealAThousandUsersOut) {
  const Population population{.users = 1000, .channels = 10, .members = 100};
  std::set<std::size_t> seen;
  for (std::size_t i = 0; i < population.channels; ++i) {
    for (const std::size_t member : population.membersOf(i)) {
      EXPECT_TRUE(seen.insert(member).second) << member;
    }
  }
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(PopulationTest, ChannelsThatOverlapHaveNobodyTwice) {
  const Population population{.users = 7, .channels = 5, .members = 3};
  for (std::size_t i = 0; i < population.channels; ++i) {
    const auto members = population.membersOf(i);
    EXPECT_EQ(std::set<std::size_t>(members.begin(), members.end()).size(), 3u);
  }
}

TEST(PopulationTest, SaysWhatCannotBeMade) {
  const auto problem = [](Population population) { return population.problem().value_or(""); };
  EXPECT_EQ(problem({.users = 2, .rooms = 1, .channels = 3, .members = 2}), "");
  EXPECT_THAT(problem({}), testing::HasSubstr("--users"));
  EXPECT_THAT(problem({.users = 2, .rooms = 2}), testing::HasSubstr("--rooms"));
  EXPECT_THAT(problem({.users = 2, .channels = 1, .members = 3}), testing::HasSubstr("--members"));
  EXPECT_THAT(problem({.users = 2, .channels = 1}), testing::HasSubstr("--members"));
  EXPECT_THAT(problem({.users = 20'000'000}), testing::HasSubstr("too many"));
  EXPECT_THAT(problem({.users = 10'000, .channels = 10'000, .members = 10'000}),
              testing::HasSubstr("too many"));
}

}  // namespace
}  // namespace rookery::app
