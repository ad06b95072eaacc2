#include "rookery/app/duration.h"

#include <gtest/gtest.h>

namespace rookery::app {
namespace {

using std::chrono::milliseconds;

TEST(DurationTest, ReadsNumberAndUnit) {
  EXPECT_EQ(parseDuration("1d"), milliseconds(86'400'000));
  EXPECT_EQ(parseDuration("12h"), milliseconds(43'200'000));
  EXPECT_EQ(parseDuration("30m"), milliseconds(1'800'000));
  EXPECT_EQ(parseDuration("45s"), milliseconds(45'000));
  EXPECT_EQ(parseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(parseDuration("0s"), milliseconds(0));
}

TEST(DurationTest, RefusesEverythingElse) {
  for (const char* text : {"", "1", "d", "-1d", "1 d", "1D", "1.5h", "1d12h", " 1d", "1d ", "1w",
                           "99999999999999999999d", "106751991168d", "3661d"}) {
    EXPECT_EQ(parseDuration(text), std::nullopt) << text;
  }
}

TEST(DurationTest, IsWrittenAsItIsRead) {
  for (const char* text : {"1d", "25h", "90m", "61s", "500ms", "0s"}) {
    EXPECT_EQ(durationText(*parseDuration(text)), text);
  }
  EXPECT_EQ(durationText(milliseconds(24 * 3'600'000)), "1d");
}

}  // namespace
}  // namespace rookery::app
