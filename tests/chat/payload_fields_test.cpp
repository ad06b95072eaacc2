#include "rookery/chat/payload_fields.h"

#include <gtest/gtest.h>

namespace rookery::chat {

using base::ErrorCode;

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

TEST_F(PayloadFieldsTest, AbsentNullAndEmptyTextsAreTheSame) {
  for (const char* json : {"{}", R"({"image":null})", R"({"image":""})"}) {
    const auto text = optionalText(object(json), "image", 10);
    ASSERT_TRUE(text) << json;
    EXPECT_FALSE(text->has_value()) << json;
  }
}

TEST_F(PayloadFieldsTest, TextsOfAnotherTypeNameTheField) {
  for (const char* json : {R"({"image":1})", R"({"image":[]})", R"({"image":{}})",
                           R"({"image":true})"}) {
    const auto text = optionalText(object(json), "image", 10);
    ASSERT_FALSE(text) << json;
    EXPECT_EQ(text.error().code, ErrorCode::kInvalidPayload);
    EXPECT_NE(text.error().message.find("image"), std::string::npos);
  }
}

TEST_F(PayloadFieldsTest, NulAndLoneSurrogatesAreRefused) {
  for (const char* json : {R"({"body":"a\u0000b"})", R"({"body":"\ud800"})",
                           R"({"body":"\udc00 after"})"}) {
    const auto text = requiredText(object(json), "body", 100);
    ASSERT_FALSE(text) << json;
    EXPECT_EQ(text.error().code, ErrorCode::kInvalidPayload) << json;
  }
  EXPECT_TRUE(requiredText(object(R"({"body":"\ud83d\ude00"})"), "body", 100));
}

TEST_F(PayloadFieldsTest, LengthIsCountedInBytesOfUtf8) {
  EXPECT_TRUE(requiredText(object(R"({"body":"äöü"})"), "body", 6));
  const auto text = requiredText(object(R"({"body":"äöü"})"), "body", 5);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::kTooLarge);
}

TEST_F(PayloadFieldsTest, IdsAreTwentyFourLowerCaseHexDigits) {
  EXPECT_TRUE(requiredId(object(R"({"roomId":"0123456789abcdef01234567"})"), "roomId"));
  for (const char* json :
       {R"({"roomId":"0123456789ABCDEF01234567"})", R"({"roomId":"0123456789abcdef0123456"})",
        R"({"roomId":"0123456789abcdef012345678"})", R"({"roomId":"0123456789abcdef0123456g"})",
        R"({"roomId":7})", R"({"roomId":{"$oid":"0123456789abcdef01234567"}})"}) {
    const auto id = requiredId(object(json), "roomId");
    ASSERT_FALSE(id) << json;
    EXPECT_EQ(id.error().code, ErrorCode::kInvalidPayload) << json;
  }
}

TEST_F(PayloadFieldsTest, MissingIdSaysThatItIsRequired) {
  for (const char* json : {"{}", R"({"roomId":null})", R"({"roomId":""})"}) {
    const auto id = requiredId(object(json), "roomId");
    ASSERT_FALSE(id) << json;
    EXPECT_EQ(id.error().message, "roomId is required");
  }
}

}  // namespace rookery::chat
