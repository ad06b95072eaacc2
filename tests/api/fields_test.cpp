#include "rookery/api/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery::api {
namespace {

net::HttpHead headWith(std::string contentType) {
  net::HttpHead head;
  head.headers.emplace_back("Content-Type", std::move(contentType));
  return head;
}

net::HttpHead asked(std::string query) {
  net::HttpHead head;
  head.target = "/list" + (query.empty() ? query : "?" + query);
  return head;
}

/// 0: it was read.
unsigned statusOf(const net::HttpHead& head, std::string_view body) {
  const Answered<base::JsonObject> object = jsonBody(head, body);
  return object ? 0 : object.error().status;
}

}  // namespace

TEST(JsonBodyTest, TakesObjectsOfTheRightContentType) {
  for (const char* const type : {"application/json", "application/json; charset=utf-8",
                                 "Application/JSON", "application/json ;x=y"}) {
    EXPECT_EQ(statusOf(headWith(type), "{}"), 0U) << type;
  }
  EXPECT_EQ(statusOf(net::HttpHead(), ""), 0U);
}

TEST(JsonBodyTest, Refuses) {
  for (const char* const type : {"", "text/plain", "application/jsonp", "multipart/form-data",
                                 "application/x-www-form-urlencoded", "json"}) {
    EXPECT_EQ(statusOf(headWith(type), "{}"), 415U) << type;
  }
  EXPECT_EQ(statusOf(net::HttpHead(), "{}"), 415U);
  for (const std::string_view body : {"[]", "null", "7", "\"text\"", "{", "{}x", "{\"a\":}",
                                      "{\"a\":\"\xff\"}", "{'a':1}", " "}) {
    EXPECT_EQ(statusOf(headWith("application/json"), body), 400U) << body;
  }
}

class FieldsTest : public testing::Test {
 protected:
  Fields fieldsOf(std::string_view body) {
    const Answered<base::JsonObject> object = jsonBody(headWith("application/json"), body);
    EXPECT_TRUE(object);
    return Fields(*object);
  }
  [[nodiscard]] static std::vector<std::string> explanationsOf(const Fields& fields) {
    const std::optional<Failure> failure = fields.failure();
    if (!failure) return {};
    EXPECT_EQ(failure->status, 400U);
    EXPECT_THAT(failure->message, testing::StartsWith("Validation error : "));
    return failure->explanations;
  }
};

TEST_F(FieldsTest, AreTakenAsTheyWereSentOrTrimmed) {
  Fields fields = fieldsOf(R"({"a":" x ","b":" \t y z\n","c":null,"e":""})");
  EXPECT_EQ(fields.text("a", {}), " x ");
  EXPECT_EQ(fields.trimmed("b", {}), "y z");
  EXPECT_EQ(fields.optionalText("c", 5), std::nullopt);
  EXPECT_EQ(fields.optionalText("d", 5), std::nullopt);
  EXPECT_EQ(fields.optionalText("e", 5), "");
  EXPECT_EQ(fields.failure(), std::nullopt);
}

TEST_F(FieldsTest, AreExplainedOnceEach) {
  Fields fields = fieldsOf(R"({"a":7,"b":"xx","c":"toolong","d":null,"e":"x\u0000y","f":"\ud800",
                               "g":"   ","h":{"x":1},"i":[]})");
  static_cast<void>(fields.text("a", {}));
  static_cast<void>(fields.text("b", {.min = 3}));
  fields.explain("b", "another reason");
  static_cast<void>(fields.text("c", {.min = 1, .max = 6}));
  static_cast<void>(fields.text("d", {}));
  static_cast<void>(fields.text("e", {}));
  static_cast<void>(fields.text("f", {}));
  static_cast<void>(fields.trimmed("g", {}));
  static_cast<void>(fields.optionalText("h", 5));
  static_cast<void>(fields.optionalText("i", 5));
  static_cast<void>(fields.text("missing", {}));
  EXPECT_THAT(explanationsOf(fields),
              testing::ElementsAre("a must be a text", "b must have at least 3 characters",
                                   "c must have at most 6 characters", "d is required",
                                   "e has characters that cannot be stored",
                                   "f has characters that cannot be stored", "g is required",
                                   "h must be a text", "i must be a text", "missing is required"));
}

TEST_F(FieldsTest, CountCharactersAndNotBytes) {
  Fields fields = fieldsOf("{\"a\":\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa6\"}");
  EXPECT_EQ(fields.text("a", {.min = 3, .max = 3}).size(), 9U);
  EXPECT_EQ(fields.failure(), std::nullopt);
  static_cast<void>(fields.text("a", {.min = 4}));
  EXPECT_THAT(explanationsOf(fields), testing::SizeIs(1));
}

TEST(PageTest, IsTheFirstOfTwentyUnlessAskedOtherwise) {
  struct Case {
    std::string query;
    std::uint32_t page;
    std::uint32_t limit;
  };
  for (const Case& one : std::vector<Case>{{"", 1, 20},
                                           {"page=3&limit=7", 3, 7},
                                           {"page=0", 1, 20},
                                           {"page=-5", 1, 20},
                                           {"limit=100", 1, 100},
                                           {"limit=101", 1, 100},
                                           {"limit=99999999999999999999999", 1, 100},
                                           {"limit=0", 1, 1},
                                           {"limit=-1", 1, 1},
                                           {"page=007", 7, 20},
                                           {"pages=x&limits=y", 1, 20},
                                           {"page=99999999999999999999999", 10'000'000, 20}}) {
    const Answered<Page> page = pageOf(asked(one.query));
    ASSERT_TRUE(page) << one.query;
    EXPECT_EQ(page->page, one.page) << one.query;
    EXPECT_EQ(page->limit, one.limit) << one.query;
  }
}

TEST(PageTest, IsRefusedWhenItIsNoNumber) {
  for (const char* const query :
       {"page=x", "page=", "page", "limit=1.5", "limit=1e3", "limit=0x10", "page=--1", "page=-",
        "page=1%201", "page=%zz", "limit=NaN", "limit=undefined", "page=+1", "limit=1%00"}) {
    const Answered<Page> page = pageOf(asked(query));
    ASSERT_FALSE(page) << query;
    EXPECT_EQ(page.error().status, 400U) << query;
    EXPECT_THAT(page.error().explanations, testing::SizeIs(1)) << query;
  }
}

}  // namespace rookery::api
