#include "rookery/app/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace rookery::app {
namespace {

TEST(NearestTest, CountsInsertionsRemovalsAndReplacements) {
  EXPECT_EQ(editDistance("", ""), 0u);
  EXPECT_EQ(editDistance("", "abc"), 3u);
  EXPECT_EQ(editDistance("abc", ""), 3u);
  EXPECT_EQ(editDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(editDistance("bodybytes", "bodyBytes"), 0u);
}

TEST(NearestTest, SuggestsWhatIsLikeItAndNothingElse) {
  constexpr std::array<std::string_view, 3> kNames = {"serve", "token", "version"};
  EXPECT_EQ(nearest("srve", kNames), "serve");
  EXPECT_EQ(nearest("tokne", kNames), "token");
  EXPECT_EQ(nearest("zzzzzz", kNames), std::nullopt);
  EXPECT_EQ(nearest(std::string(10'000, 's'), kNames), std::nullopt);
}

}  // namespace
}  // namespace rookery::app
