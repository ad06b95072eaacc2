#include "rookery/chat/account_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery::chat {
namespace {

using testing::HasSubstr;
using testing::Optional;

TEST(AccountRulesTest, TakesTheUserNamesOfTheContract) {
  for (const std::string& name :
       {std::string("ada"), std::string("A-d_a.1"), std::string("---"), std::string(64, 'x')}) {
    EXPECT_EQ(usernameProblem(name), std::nullopt) << name;
  }
  for (const std::string& name :
       {std::string(), std::string("ab"), std::string("a b"), std::string("ada@home"),
        std::string("ad\xc3\xa4"), std::string("ada\n"), std::string("ada\0", 4),
        std::string(65, 'x')}) {
    EXPECT_THAT(usernameProblem(name), Optional(HasSubstr("username"))) << name;
  }
}

TEST(AccountRulesTest, TakesWhatMayBeAnAddress) {
  for (const char* email : {"ada@example.org", "a.d+a@mail.example.org", "root@localhost",
                            "o'neil@example.org", "\xc3\xa4@example.org"}) {
    EXPECT_EQ(emailProblem(email), std::nullopt) << email;
  }
  const std::string tooLong = std::string(250, 'a') + "@b.org";
  for (const std::string& email :
       {std::string(), std::string("ada"), std::string("@"), std::string("ada@"),
        std::string("@example.org"), std::string("a@b@c"), std::string("a b@example.org"),
        std::string("ada@exam ple.org"), std::string("ada@.org"), std::string("ada@example."),
        std::string("a..b@example.org"), std::string("ada@example.org\r\nBcc: eve@example.org"),
        std::string("ada\0@example.org", 16), std::string("<ada@example.org>"),
        std::string("\xff@example.org"), tooLong}) {
    EXPECT_THAT(emailProblem(email), Optional(HasSubstr("email"))) << email;
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
