#include "rookery/api/envelope.h"

#include <gtest/gtest.h>

namespace rookery::api {

TEST(EnvelopeTest, OfASuccessHasTheShapesOfTheContract) {
  EXPECT_EQ(envelopeA(200, "Done", "[1]").body,
            R"({"success":true,"messgae":"Done","message":"Done","data":[1]})");
  EXPECT_EQ(envelopeB(202, "Done", "null").body,
            R"({"success":true,"message":"Done","data":null,"err":{}})");
  EXPECT_EQ(envelopeC(202, "Done", R"({"a":1})").body,
            R"({"success":true,"message":"Done","data":{"data":{"a":1},"messgae":"Done",)"
            R"("message":"Done"},"err":{}})");
  EXPECT_EQ(envelopeA(200, "", "1").status, 200U);
  EXPECT_EQ(envelopeC(202, "", "1").status, 202U);
}

TEST(EnvelopeTest, OfAFailureSaysWhyAsTextOrAsList) {
  const net::HttpResponse one = envelopeOf({.status = 404, .message = "Room \"x\" not found"});
  EXPECT_EQ(one.status, 404U);
  EXPECT_EQ(one.body, R"({"success":false,"err":"Room \"x\" not found","data":{},)"
                      R"("message":"Room \"x\" not found"})");
  EXPECT_EQ(envelopeOf({.status = 400, .message = "Bad", .explanations = {"a", "b"}}).body,
            R"({"success":false,"err":["a","b"],"data":{},"message":"Bad"})");
}

TEST(EnvelopeTest, OfAFailureNeverNamesATimeThatIsTooShort) {
  const auto after = [](std::int64_t ms) {
    const net::HttpResponse response =
        envelopeOf({.status = 429, .message = "", .explanations = {}, .retryAfterMs = ms});
    for (const auto& [name, value] : response.headers) {
      if (name == "Retry-After") return value;
    }
    return std::string("none");
  };
  EXPECT_EQ(after(0), "none");
  EXPECT_EQ(after(1), "1");
  EXPECT_EQ(after(1000), "1");
  EXPECT_EQ(after(1001), "2");
}

TEST(FailureTest, OfALowerLayerShowsNothingOfItsInsideAndSaysWhenToComeBack) {
  using base::ErrorCode;
  const Failure internal = failureOf({ErrorCode::kInternal, "null pointer in frobnicate()"});
  EXPECT_EQ(internal.status, 500U);
  EXPECT_EQ(internal.message, "Internal Server Error");
  EXPECT_EQ(failureOf({ErrorCode::kOverloaded, "busy"}).status, 503U);
  EXPECT_EQ(failureOf({ErrorCode::kOverloaded, "busy"}).retryAfterMs, 1000);
  EXPECT_EQ(failureOf({ErrorCode::kStoreFailed, "full"}).status, 503U);
  EXPECT_EQ(failureOf({ErrorCode::kForbidden, "no"}).status, 401U);
  EXPECT_EQ(failureOf({ErrorCode::kRateLimited, "slow", 7}).retryAfterMs, 7);
  EXPECT_EQ(failureOf({ErrorCode::kNotFound, "gone"}).retryAfterMs, 0);
}

}  // namespace rookery::api
