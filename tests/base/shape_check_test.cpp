#include "rookery/base/shape_check.h"

#include <gtest/gtest.h>

#include <string>

namespace rookery::base {
namespace {

/// What is wrong with `json`; empty when it has the shape.
std::string wrong(std::string_view shape, std::string_view json) {
  JsonParser parser;
  const auto value = parser.parse(json);
  JsonObject object;
  if (!value || value->get(object) != simdjson::SUCCESS) return "no object";
  const auto checked = ShapeCheck(shape).check(object);
  if (checked) return {};
  EXPECT_EQ(checked.error().code, ErrorCode::kInvalidPayload);
  return checked.error().message;
}

TEST(ShapeCheckTest, AbsentNullAndEmptyTextsAreTheSame) {
  for (const char* json : {"{}", R"({"a":null})", R"({"a":""})"}) {
    EXPECT_EQ(wrong("a?:Text!", json), "") << json;
    EXPECT_EQ(wrong("a?:GivenId!", json), "") << json;
    EXPECT_EQ(wrong("a", json), "a is required") << json;
    EXPECT_EQ(wrong("a:GivenId", json), "a is required") << json;
    EXPECT_EQ(wrong("a:Flag", json), "a is required") << json;
  }
}

TEST(ShapeCheckTest, EveryTypeRefusesTheOthers) {
  const char* const others[] = {R"("text")", "1", "-1", "1.5", "true", "[]", "{}"};
  const auto fits = [&](std::string_view shape) {
    std::string fitting;
    for (const char* const other : others) {
      const std::string json = std::string(R"({"a":)") + other + "}";
      if (wrong(shape, json).empty()) fitting += std::string(other) + " ";
    }
    return fitting;
  };
  EXPECT_EQ(fits("a"), R"("text" )");
  EXPECT_EQ(fits("a:Number"), "1 ");
  EXPECT_EQ(fits("a:Flag"), "true ");
  EXPECT_EQ(fits("a:{}"), "{} ");
  EXPECT_EQ(fits("a[]"), "[] ");
  EXPECT_EQ(fits("a=text/other"), R"("text" )");
  EXPECT_EQ(fits("a:GivenId"), "");
  EXPECT_EQ(fits("a:Any"), R"("text" 1 -1 1.5 true [] {} )");
}

TEST(ShapeCheckTest, SaysWhichMemberIsWrongAndWhy) {
  EXPECT_EQ(wrong("a b", R"({"a":"x","b":1})"), "b must be a text");
  EXPECT_EQ(wrong("a:Number", R"({"a":"1"})"), "a must be a whole number");
  EXPECT_EQ(wrong("a:Flag", R"({"a":0})"), "a must be true or false");
  EXPECT_EQ(wrong("s=on/away/off", R"({"s":"no"})"), "s must be on, away or off");
  EXPECT_EQ(wrong("l:GivenId[]", R"({"l":{}})"), "l must be a list");
  EXPECT_EQ(wrong("from:{id:GivenId} to:{}", R"({"from":{"id":"x"},"to":{}})"),
            "from.id is not a valid id");
  EXPECT_EQ(wrong("to:{user?:{id}!}", R"({"to":{"user":{}}})"), "to.user.id is required");
  EXPECT_EQ(wrong("to:{user?:{id}!}", R"({"to":{"user":null}})"), "");
}

TEST(ShapeCheckTest, BoundsOfTextsAreBytesOfUtf8) {
  EXPECT_EQ(wrong("a(..6)", R"({"a":"äöü"})"), "");
  EXPECT_EQ(wrong("a(..5)", R"({"a":"äöü"})"), "a is longer than 5 bytes");
  EXPECT_EQ(wrong("a(7..)", R"({"a":"äöü"})"), "a is shorter than 7 bytes");
}

TEST(ShapeCheckTest, NulAndLoneSurrogatesAreRefused) {
  for (const char* json : {R"({"a":"a\u0000b"})", R"({"a":"\ud800"})", R"({"a":"\udc00 z"})"}) {
    EXPECT_EQ(wrong("a", json), "a holds a character that cannot be kept") << json;
  }
  EXPECT_EQ(wrong("a", R"({"a":"\ud83d\ude00"})"), "");
}

TEST(ShapeCheckTest, IdsAreTwentyFourLowerCaseHexDigits) {
  EXPECT_EQ(wrong("a:GivenId", R"({"a":"0123456789abcdef01234567"})"), "");
  for (const char* json :
       {R"({"a":"0123456789ABCDEF01234567"})", R"({"a":"0123456789abcdef0123456"})",
        R"({"a":"0123456789abcdef012345678"})", R"({"a":"0123456789abcdef0123456g"})",
        R"({"a":{"$oid":"0123456789abcdef01234567"}})"}) {
    EXPECT_EQ(wrong("a:GivenId", json), "a is not a valid id") << json;
  }
}

TEST(ShapeCheckTest, ListsHaveBoundsAndNothingAbsentInThem) {
  EXPECT_EQ(wrong("l:Number[](1..2)", R"({"l":[]})"), "l must hold at least 1");
  EXPECT_EQ(wrong("l:Number[](1..2)", R"({"l":[1,2]})"), "");
  EXPECT_EQ(wrong("l:Number[](1..2)", R"({"l":[1,2,3]})"), "l may hold at most 2");
  EXPECT_EQ(wrong("l:GivenId[]", R"({"l":[""]})"), "l is not a valid id");
  EXPECT_EQ(wrong("l[]", R"({"l":["a",null]})"), "l must be a text");
}

TEST(ShapeCheckTest, MembersThatItDoesNotKnowAreOfNoInterest) {
  EXPECT_EQ(wrong("a", R"({"a":"x","b":[1,{"c":null}]})"), "");
  EXPECT_EQ(wrong("", R"({"b":1})"), "");
}

}  // namespace
}  // namespace rookery::base
