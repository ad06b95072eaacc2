#include "rookery/api/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "rookery/chat/passwords.h"
#include "support/api/running_api.h"

namespace rookery::test {
namespace {

std::string signUpBody(std::string_view username, std::string_view email) {
  return std::string(R"({"username":")")
      .append(username)
      .append(R"(","email":")")
      .append(email)
      .append(R"(","password":"pass word"})");
}

std::string signInBody(std::string_view type, std::string_view name, std::string_view password) {
  return std::string(R"({"loginType":")")
      .append(type)
      .append(R"(",")")
      .append(type)
      .append(R"(":")")
      .append(name)
      .append(R"(","password":")")
      .append(password)
      .append("\"}");
}

constexpr const char* kSignUp = "/api/v1/users/signup";
constexpr const char* kSignIn = "/api/v1/users/signin";

}  // namespace

class AccountsTest : public testing::Test {
 protected:
  RunningApi api_;
};

TEST_F(AccountsTest, AreMadeAndSignedIntoByNameOrAddress) {
  const HttpAnswer made = api_.send("POST", kSignUp, signUpBody("Ada", "ada@example.org"));
  EXPECT_EQ(made.status, 200U);
  EXPECT_EQ(made.keys(""), "success messgae message data");
  EXPECT_EQ(made.keys("/data"), "_id username email avatar name about createdAt updatedAt");
  EXPECT_EQ(made.text("/data/avatar"), "http://chat.example.org/avatar/default.png");
  EXPECT_EQ(api_.get("/avatar/default.png").header("content-type"), "image/png");

  for (const std::string& body : {signInBody("username", "ada", "pass word"),
                                  signInBody("email", "ADA@example.org", "pass word")}) {
    const HttpAnswer in = api_.send("POST", kSignIn, body);
    EXPECT_EQ(in.status, 202U);
    EXPECT_EQ(in.keys(""), "success message data err");
    EXPECT_EQ(in.keys("/data"), "id username email avatar name about token");
    EXPECT_EQ(in.text("/data/id"), made.text("/data/_id"));
    EXPECT_EQ(in.text("/data/username"), "Ada");
    EXPECT_EQ(api_.get("/api/v1/room", in.text("/data/token")).status, 200U);
  }
}

TEST_F(AccountsTest, AreNotSignedIntoOtherwise) {
  ASSERT_EQ(api_.send("POST", kSignUp, signUpBody("ada", "ada@example.org")).status, 200U);
  EXPECT_EQ(api_.send("POST", kSignIn, signInBody("username", "ada", "wrong")).status, 400U);
  EXPECT_EQ(api_.send("POST", kSignIn, signInBody("username", "bob", "pass word")).status, 404U);
  EXPECT_EQ(api_.send("POST", kSignIn, signInBody("email", "ada", "pass word")).status, 404U);
  const HttpAnswer odd = api_.send("POST", kSignIn, signInBody("phone", "ada", "pass word"));
  EXPECT_EQ(odd.status, 400U);
  EXPECT_EQ(odd.text("/err/0"), "loginType must be email or username");
}

TEST_F(AccountsTest, AreRefusedWithOneExplanationForEachField) {
  const HttpAnswer answer =
      api_.send("POST", kSignUp, R"({"email":"nobody","username":"a b","password":7})");
  EXPECT_EQ(answer.status, 400U);
  EXPECT_THAT(answer.text("/message"), testing::StartsWith("Validation error : "));
  EXPECT_EQ(answer.at("/err"),
            R"(["password must be a text","email must be an e-mail address",)"
            R"("username must have 3 to 64 letters, digits, hyphens, underscores or dots"])");
  EXPECT_EQ(answer.at("/data"), "{}");
  for (const char* const body :
       {"", "[]", "null", "{}", "{", R"({"email":"a@b.c","username":"ada"})",
        R"({"email":"a@b.c","username":"ada","password":""})",
        R"({"email":"a@b.c","username":"ada","password":"a\u0000b"})",
        R"({"email":"a@b.c","username":"ada\u0000","password":"x"})",
        R"({"email":{"$gt":""},"username":["ada"],"password":"x"})"}) {
    EXPECT_EQ(api_.send("POST", kSignUp, body).status, 400U) << body;
    EXPECT_EQ(api_.send("POST", kSignIn, body).status, 400U) << body;
  }
  EXPECT_EQ(
      api_.call("POST", kSignUp, "Content-Type: text/plain\r\n", signUpBody("ada", "a@b.c")).status,
      415U);
}

TEST_F(AccountsTest, HaveOneWinnerWhenManyWantOneName) {
  ASSERT_EQ(api_.send("POST", kSignUp, signUpBody("first", "first@example.org")).status, 200U);
  EXPECT_EQ(api_.send("POST", kSignUp, signUpBody("FIRST", "other@example.org")).text("/message"),
            "A user with this username exists already");
  EXPECT_EQ(api_.send("POST", kSignUp, signUpBody("other", "First@example.org")).text("/message"),
            "A user with this e-mail address exists already");

  std::vector<std::string> bodies;
  for (int i = 0; i < 8; ++i) {
    bodies.push_back(signUpBody("wanted", "wanted" + std::to_string(i) + "@example.org"));
  }
  std::vector<unsigned> statuses;
  for (const HttpAnswer& answer : api_.sendAtOnce("POST", kSignUp, bodies)) {
    statuses.push_back(answer.status);
  }
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 200U), 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 409U), 7);
}

TEST(AccountsLimitsTest, HoldForAttemptsToSignIn) {
  api::Options options = RunningApi::lifted();
  options.logins = {.rate = 0, .burst = 2};
  RunningApi api(options);
  const std::string body = signInBody("username", "ada", "x");
  EXPECT_EQ(api.send("POST", kSignIn, body).status, 404U);
  EXPECT_EQ(api.send("POST", kSignIn, body).status, 404U);
  const HttpAnswer refused = api.send("POST", kSignIn, body);
  EXPECT_EQ(refused.status, 429U);
  EXPECT_NE(refused.header("retry-after"), "");
  EXPECT_EQ(api.get("/ping").status, 200U);
}

TEST(AccountsLimitsTest, HoldForPasswordsThatWait) {
  api::Options options = RunningApi::lifted();
  options.hashesQueued = 0;
  RunningApi api(options);
  const HttpAnswer refused = api.send("POST", kSignUp, signUpBody("ada", "a@b.c"));
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.header("retry-after"), "1");
}

TEST_F(AccountsTest, AreOfNoUseOnceTheyAreDisabled) {
  ASSERT_EQ(api_.send("POST", kSignUp, signUpBody("ada", "ada@example.org")).status, 200U);
  const HttpAnswer in = api_.send("POST", kSignIn, signInBody("username", "ada", "pass word"));
  const auto id = base::ObjectId::parse(in.text("/data/id"));
  ASSERT_TRUE(id);
  store::UserRecord user;
  user.id = *id;
  user.username = "ada";
  user.email = "ada@example.org";
  user.passwordHash = chat::hashPassword("pass word", api_.random()).value();
  user.disabled = true;
  api_.write([user](store::Database& database) { return database.updateUser(user); });
  EXPECT_EQ(api_.send("POST", kSignIn, signInBody("username", "ada", "pass word")).status, 403U);
  EXPECT_EQ(api_.send("POST", kSignIn, signInBody("username", "ada", "wrong")).status, 400U);
  EXPECT_EQ(api_.get("/api/v1/room", in.text("/data/token")).status, 403U);
}

}  // namespace rookery::test
