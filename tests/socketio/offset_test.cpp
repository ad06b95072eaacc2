#include <gtest/gtest.h>

#include "rookery/socketio/recovery.h"

namespace rookery::socketio {
namespace {

TEST(Offset, IsReadAsItIsWritten) {
  for (const Offset& offset : {Offset{1, 0}, Offset{17, 3}, Offset{~0ULL, ~0ULL}}) {
    const auto read = parseOffset(offsetText(offset));
    ASSERT_TRUE(read) << offsetText(offset);
    EXPECT_EQ(read->number, offset.number);
    EXPECT_EQ(read->commitNo, offset.commitNo);
  }
  EXPECT_EQ(offsetText({17, 0}), "17");
  EXPECT_EQ(offsetText({17, 3}), "17.3");
}

TEST(Offset, AnythingElseIsNone) {
  for (const char* const text : {"", "0", "0.5", "-1", "1.", ".1", "1.2.3", "1 ", "1,2", "x",
                                 "18446744073709551616", "1.18446744073709551616"}) {
    EXPECT_FALSE(parseOffset(text)) << text;
  }
}

}  // namespace
}  // namespace rookery::socketio
