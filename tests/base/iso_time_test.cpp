#include "rookery/base/iso_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iterator>
#include <limits>

namespace rookery::base {
namespace {

TEST(IsoTimeTest, KnownMoments) {
  EXPECT_EQ(isoTime(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(isoTime(951'782'400'000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(isoTime(1'769'851'800'123), "2026-01-31T09:30:00.123Z");
  EXPECT_EQ(isoTime(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
}

TEST(IsoTimeTest, CutsToItsRange) {
  EXPECT_EQ(isoTime(-1), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(isoTime(std::numeric_limits<WallMs>::min()), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(isoTime(253'402'300'800'000), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(isoTime(std::numeric_limits<WallMs>::max()), "9999-12-31T23:59:59.999Z");
}

TEST(IsoTimeTest, AgreesWithTheSystemsCalendar) {
  for (WallMs ms = 0; ms < 253'402'300'799'999; ms += 86'399'999'777) {
    const std::time_t seconds = ms / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[80];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                  parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                  static_cast<int>(ms % 1000));
    ASSERT_EQ(isoTime(ms), text);
  }
}

TEST(IsoTimeTest, WritesExactlyItsLength) {
  char buffer[kIsoTimeLength + 2];
  std::fill(std::begin(buffer), std::end(buffer), '#');
  writeIsoTime(0, buffer + 1);
  EXPECT_EQ(buffer[0], '#');
  EXPECT_EQ(buffer[kIsoTimeLength], 'Z');
  EXPECT_EQ(buffer[kIsoTimeLength + 1], '#');
}

}  // namespace
}  // namespace rookery::base
