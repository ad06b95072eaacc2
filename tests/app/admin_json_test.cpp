#include "rookery/app/admin_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery::app {
namespace {

using base::ErrorCode;
using Action = AdminRequest::Action;

std::string_view withoutEnd(std::string_view line) {
  EXPECT_TRUE(line.ends_with('\n'));
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  return line.substr(0, line.size() - 1);
}

TEST(AdminJsonTest, RequestsSurviveTheWay) {
  const AdminRequest requests[] = {
      {.action = Action::kAddUser,
       .user = "ada",
       .email = "a@b",
       .password = "p\n\"w",
       .isAdmin = true},
      {.action = Action::kSetPassword, .user = "ada", .password = "\xc3\xa4"},
      {.action = Action::kDisableUser, .user = "ada"},
      {.action = Action::kMakeAdmin, .user = "ada"},
      {.action = Action::kIssueToken, .user = "ada"},
      {.action = Action::kIssueToken, .user = "ada", .ttl = std::chrono::milliseconds(1)}};
  for (const AdminRequest& request : requests) {
    const std::string line = requestLine(request);
    const auto parsed = parseRequest(withoutEnd(line));
    ASSERT_TRUE(parsed) << line;
    EXPECT_EQ(parsed->action, request.action);
    EXPECT_EQ(parsed->user, request.user);
    EXPECT_EQ(parsed->email, request.email);
    EXPECT_EQ(parsed->password, request.password);
    EXPECT_EQ(parsed->isAdmin, request.isAdmin);
    EXPECT_EQ(parsed->ttl, request.ttl);
  }
}

TEST(AdminJsonTest, WhatIsNoRequestIsRefused) {
  for (const char* line : {"", "{", "null", "[]", "\"addUser\"", "{}", R"({"action":"addUser"})",
                           R"({"action":"addUser","user":""})", R"({"action":"addUser","user":7})",
                           R"({"action":"dropAll","user":"ada"})", R"({"action":3,"user":"ada"})",
                           R"({"action":"addUser","user":"ada","admin":"yes"})",
                           R"({"action":"issueToken","user":"ada","ttlMs":0})",
                           R"({"action":"issueToken","user":"ada","ttlMs":-1})",
                           R"({"action":"issueToken","user":"ada","ttlMs":"1d"})",
                           R"({"action":"issueToken","user":"ada","ttlMs":9223372036854775807})",
                           R"({"action":"issueToken","user":"ada"} x)"}) {
    const auto parsed = parseRequest(line);
    ASSERT_FALSE(parsed) << line;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidPayload) << line;
  }
}

TEST(AdminJsonTest, AnswersSurviveTheWay) {
  const std::string line = answerLine(AdminAnswer{.userId = "id", .username = "ada", .token = "t"});
  const auto parsed = parseAnswer(withoutEnd(line));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->userId, "id");
  EXPECT_EQ(parsed->username, "ada");
  EXPECT_EQ(parsed->token, "t");
  for (const ErrorCode code :
       {ErrorCode::kInvalidPayload, ErrorCode::kUnauthenticated, ErrorCode::kForbidden,
        ErrorCode::kNotFound, ErrorCode::kTooLarge, ErrorCode::kRateLimited, ErrorCode::kConflict,
        ErrorCode::kOverloaded, ErrorCode::kStoreFailed, ErrorCode::kInternal}) {
    const auto failed = parseAnswer(withoutEnd(answerLine(base::fail(code, "why \"not\""))));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error(), (base::Error{code, "why \"not\""}));
  }
}

TEST(AdminJsonTest, WhatIsNoAnswerIsAFailure) {
  for (const char* line : {"", "{}", "[]", R"({"success":1})", R"({"success":true})"}) {
    const auto parsed = parseAnswer(line);
    ASSERT_FALSE(parsed) << line;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInternal) << line;
  }
}

}  // namespace
}  // namespace rookery::app
