#include "rookery/api/file_answer.h"

#include <gtest/gtest.h>

namespace rookery::api {
namespace {

struct Case {
  const char* header;
  std::uint64_t from;
  std::uint64_t to;
};

TEST(RangeTest, IsReadAsTheStandardSays) {
  constexpr Case kCases[] = {
      {"", 0, 100},
      {"bytes=0-9", 0, 10},
      {"bytes=90-", 90, 100},
      {"bytes=90-1000", 90, 100},
      {"bytes=-10", 90, 100},
      {"bytes=-1000", 0, 100},
      {"BYTES=5-5", 5, 6},
      {"bytes= 5-6 ", 5, 7},
      {"bytes=9-5", 0, 100},
      {"bytes=5", 0, 100},
      {"bytes=5-6,8-9", 0, 100},
      {"bytes=x-9", 0, 100},
      {"lines=0-9", 0, 100},
      {"bytes=-", 0, 100},
      {"bytes=5--6", 0, 100},
      {"bytes=99999999999999999999-", 0, 100},
  };
  for (const Case& one : kCases) {
    const auto range = rangeOf(one.header, 100);
    ASSERT_TRUE(range) << one.header;
    EXPECT_EQ(range->from, one.from) << one.header;
    EXPECT_EQ(range->to, one.to) << one.header;
  }
}

TEST(RangeTest, OutsideOfTheFileIsNone) {
  for (const char* header : {"bytes=100-", "bytes=100-200", "bytes=-0"}) {
    EXPECT_FALSE(rangeOf(header, 100)) << header;
  }
  EXPECT_FALSE(rangeOf("bytes=0-", 0));
  EXPECT_FALSE(rangeOf("bytes=-5", 0));
}

TEST(FileAnswerTest, ANameCannotBreakTheHeader) {
  store::FileRecord file;
  file.name = "a\"; x=\"\r\nSet-Cookie: y/../\\z";
  file.type = "image/png";
  file.bytes = 5;
  ByteRange range;
  const net::HttpResponse answer = fileAnswer(file, {.method = "GET"}, false, range);
  const auto found =
      std::find_if(answer.headers.begin(), answer.headers.end(),
                   [](const auto& one) { return one.first == "Content-Disposition"; });
  ASSERT_NE(found, answer.headers.end());
  EXPECT_EQ(found->second,
            "inline; filename=\"a_; x=___Set-Cookie: y_..__z\"; filename*=UTF-8''"
            "a%22%3B%20x%3D%22%0D%0ASet-Cookie%3A%20y%2F..%2F%5Cz");
}

}  // namespace
}  // namespace rookery::api
