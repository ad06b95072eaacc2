#include "rookery/chat/account_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery::chat {
namespace {

using testing::HasSubstr;
using testing::Optional;

TEST(AccountRulesTest, UserNamesHaveThreeOrMoreOfTheirCharacters) {
  for (const std::string& good : {std::string("ada"), std::string("A-b_c.9"), std::string("..."),
                                  std::string("0123456789"), std::string(64, 'a')}) {
    EXPECT_EQ(usernameProblem(good), std::nullopt) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("ab"), std::string("a b"), std::string("ad\xc3\xa4"),
        std::string("ada!"), std::string("a/b"), std::string("ada\n"), std::string("ada\0", 4),
        std::string(65, 'a')}) {
    EXPECT_THAT(usernameProblem(bad), Optional(HasSubstr("username"))) << bad;
  }
}

TEST(AccountRulesTest, EmailIsCheckedAsBrowsersDo) {
  for (const std::string_view good :
       {"a@b.c", "first.last+tag@mail.example.org", "x@localhost", "o'neil@example.org",
        "j\xc3\xb6rg@example.org", "a@1-2.example"}) {
    EXPECT_EQ(emailProblem(good), std::nullopt) << good;
  }
  for (const std::string& bad : {std::string(),
                                 std::string("a"),
                                 std::string("@"),
                                 std::string("@b.c"),
                                 std::string("a@"),
                                 std::string("a@b@c"),
                                 std::string("a b@c.d"),
                                 std::string("a@b c"),
                                 std::string("a@.b"),
                                 std::string("a@b."),
                                 std::string("a@b..c"),
                                 std::string("a@-b.c"),
                                 std::string("a@b_c.d"),
                                 std::string("<a@b.c>"),
                                 std::string("a\n@b.c"),
                                 std::string("a@b.c\r\nBcc: d@e.f"),
                                 std::string("a\0@b.c", 6),
                                 std::string("\xff@b.c"),
                                 std::string(65, 'a') + "@b.c",
                                 "a@" + std::string(64, 'b'),
                                 "a@" + std::string(63, 'b') + "." + std::string(63, 'c') + "." +
                                     std::string(63, 'd') + "." + std::string(63, 'e')}) {
    EXPECT_THAT(emailProblem(bad), Optional(HasSubstr("email"))) << bad;
  }
}

TEST(AccountRulesTest, TakesAnyPasswordThatIsThere) {
  EXPECT_EQ(passwordProblem("x"), std::nullopt);
  EXPECT_EQ(passwordProblem(std::string(kMaxPassword, 'x')), std::nullopt);
  EXPECT_THAT(passwordProblem(""), Optional(HasSubstr("password")));
  EXPECT_THAT(passwordProblem(std::string(kMaxPassword + 1, 'x')), Optional(HasSubstr("password")));
}

}  // namespace
}  // namespace rookery::chat
