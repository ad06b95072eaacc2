#include "rookery/engineio/jsonp.h"

#include <gtest/gtest.h>

namespace rookery::engineio {
namespace {

net::HttpHead request(std::string target) {
  net::HttpHead head;
  head.target = std::move(target);
  return head;
}

TEST(Jsonp, IsAskedForByItsParameter) {
  EXPECT_TRUE(isJsonp(request("/socket.io/?EIO=4&j=0")));
  EXPECT_TRUE(isJsonp(request("/socket.io/?j=")));
  EXPECT_FALSE(isJsonp(request("/socket.io/?EIO=4&jj=0")));
}

TEST(Jsonp, TakesNothingButDigitsOfTheName) {
  EXPECT_EQ(jsonpScript(request("/?j=12"), "6"), "___eio[12](\"6\");");
  EXPECT_EQ(jsonpScript(request("/?j=1](alert(2))//"), "6"), "___eio[12](\"6\");");
  EXPECT_EQ(jsonpScript(request("/?j=alert"), "6"), "___eio[](\"6\");");
}

TEST(Jsonp, EscapesWhatEndsALineOrAPacket) {
  EXPECT_EQ(jsonpScript(request("/?j=0"), "4\"\n\x1e\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xa6"),
            "___eio[0](\"4\\\"\\n\\u001e\\u2028\\u2029\xe2\x80\xa6\");");
}

TEST(Jsonp, ReadsTheFieldOfAForm) {
  EXPECT_EQ(jsonpPayload("d=4hello"), "4hello");
  EXPECT_EQ(jsonpPayload("x=1&d=4a%20b+c%26"), "4a b c&");
  EXPECT_EQ(jsonpPayload("d="), "");
  EXPECT_EQ(jsonpPayload("d=4a?b"), "4a?b");
}

TEST(Jsonp, UnescapesLineBreaks) {
  EXPECT_EQ(jsonpPayload("d=4a%5Cnb"), "4a\nb");
  EXPECT_EQ(jsonpPayload("d=4a%5C%5Cnb"), "4a\\nb");
  EXPECT_EQ(jsonpPayload("d=4a%5C%5C%5Cnb"), "4a\\\\nb");
  EXPECT_EQ(jsonpPayload("d=4a%5C"), "4a\\");
}

TEST(Jsonp, RefusesAFormWithoutTheField) {
  EXPECT_FALSE(jsonpPayload("").has_value());
  EXPECT_FALSE(jsonpPayload("4hello").has_value());
  EXPECT_FALSE(jsonpPayload("e=4hello").has_value());
  EXPECT_FALSE(jsonpPayload("d=%zz").has_value());
}

}  // namespace
}  // namespace rookery::engineio
