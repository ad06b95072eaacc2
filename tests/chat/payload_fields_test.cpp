#include "rookery/chat/payload_fields.h"

#include <gtest/gtest.h>

namespace rookery::chat {

class PayloadFieldsTest : public testing::Test {
 protected:
  base::JsonObject object(std::string_view json) {
    const auto value = parser_.parse(json);
    EXPECT_TRUE(value.has_value()) << json;
    base::JsonObject result;
    EXPECT_EQ(value->get(result), simdjson::SUCCESS) << json;
    return result;
  }

  base::JsonParser parser_;
};

TEST_F(PayloadFieldsTest, AbsentNullAndEmptyAreTheSame) {
  for (const char* json : {"{}", R"({"a":null})", R"({"a":""})"}) {
    EXPECT_EQ(textField(object(json), "a"), "") << json;
    EXPECT_FALSE(idField(object(json), "a")) << json;
  }
  for (const char* json : {"{}", R"({"a":null})"}) {
    EXPECT_FALSE(numberField(object(json), "a")) << json;
    EXPECT_FALSE(objectField(object(json), "a")) << json;
    EXPECT_TRUE(idsField(object(json), "a").empty()) << json;
  }
}

TEST_F(PayloadFieldsTest, ReadsWhatIsThere) {
  const base::JsonObject it = object(
      R"({"t":"x","n":7,"f":true,"id":"0123456789abcdef01234567","o":{"n":8},)"
      R"("ids":["0123456789abcdef01234567","0123456789abcdef01234568"]})");
  EXPECT_EQ(textField(it, "t"), "x");
  EXPECT_EQ(numberField(it, "n"), 7U);
  EXPECT_TRUE(flagField(it, "f"));
  EXPECT_EQ(requiredId(it, "id").hex(), "0123456789abcdef01234567");
  EXPECT_EQ(numberField(*objectField(it, "o"), "n"), 8U);
  EXPECT_EQ(idsField(it, "ids").size(), 2U);
}

TEST_F(PayloadFieldsTest, ABodyIsBoundedInBytes) {
  EXPECT_EQ(bodyField(object(R"({"body":"äöü"})"), 6).value(), "äöü");
  const auto tooLong = bodyField(object(R"({"body":"äöü"})"), 5);
  ASSERT_FALSE(tooLong);
  EXPECT_EQ(tooLong.error().code, base::ErrorCode::kTooLarge);
}

}  // namespace rookery::chat
