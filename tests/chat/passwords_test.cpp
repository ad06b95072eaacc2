#include "rookery/chat/passwords.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery::chat {

class PasswordsTest : public testing::Test {
 protected:
  base::SystemRandom random_;
};

TEST_F(PasswordsTest, AreVerifiedByTheirOwnHashOnly) {
  const auto hash = hashPassword("correct horse", random_);
  ASSERT_TRUE(hash);
  EXPECT_TRUE(verifyPassword("correct horse", *hash));
  EXPECT_FALSE(verifyPassword("correct horsf", *hash));
  EXPECT_FALSE(verifyPassword("correct hors", *hash));
  EXPECT_FALSE(verifyPassword("", *hash));
}

TEST_F(PasswordsTest, AreHashedWithArgon2idAndTheStatedCosts) {
  const auto hash = hashPassword("p", random_);
  ASSERT_TRUE(hash);
  EXPECT_THAT(*hash, testing::StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_EQ(hash->find('\0'), std::string::npos);
}

TEST_F(PasswordsTest, OfTwoUsersHaveDifferentHashesThoughTheyAreEqual) {
  const auto one = hashPassword("same", random_);
  const auto other = hashPassword("same", random_);
  ASSERT_TRUE(one);
  ASSERT_TRUE(other);
  EXPECT_NE(*one, *other);
}

TEST_F(PasswordsTest, MayHoldAnyBytes) {
  const std::string odd("gr\xc3\xbc\xc3\x9f\0e \xf0\x9f\x90\xa6", 13);
  const auto hash = hashPassword(odd, random_);
  ASSERT_TRUE(hash);
  EXPECT_TRUE(verifyPassword(odd, *hash));
  EXPECT_FALSE(verifyPassword(odd.substr(0, odd.find('\0')), *hash));
}

TEST(PasswordHashTest, OfAnUnknownKindFitsNoPassword) {
  for (const std::string hash : {"", "plain", "$2b$10$abcdefghijklmnopqrstuu", "$argon2id$",
                                 "$argon2id$v=19$m=19456,t=2,p=1",
                                 "$argon2i$v=19$m=16,t=2,p=1$c29tZXNhbHQ$iRn/rgCz1jlN7mQpTYUjeQ"}) {
    EXPECT_FALSE(verifyPassword("plain", hash)) << hash;
    EXPECT_FALSE(verifyPassword("", hash)) << hash;
  }
}

}  // namespace rookery::chat
