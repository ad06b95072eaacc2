#include "rookery/app/data_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "support/temp_folder.h"

namespace rookery::app {
namespace {

using base::ErrorCode;
using testing::AllOf;
using testing::HasSubstr;
using IfMissing = DataFolder::IfMissing;

class DataFolderTest : public testing::Test {
 protected:
  static unsigned modeOf(const std::string& path) {
    struct stat about{};
    EXPECT_EQ(stat(path.c_str(), &about), 0) << path;
    return about.st_mode & 0777;
  }
  void writeSecret(const std::string& content) { std::ofstream(data_ + "/secret.key") << content; }

  test::TempFolder folder_;
  std::string data_ = (folder_.path() / "some" / "data").string();
  base::SystemRandom random_;
};

TEST_F(DataFolderTest, IsMadeForItsOwnerAlone) {
  const auto data = DataFolder::open(data_, IfMissing::kMake);
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(modeOf(data_), 0700u);
  EXPECT_EQ(data->path(), data_);
}

TEST_F(DataFolderTest, IsNotMadeWhenItIsNotToBe) {
  const auto data = DataFolder::open(data_, IfMissing::kRefuse);
  ASSERT_FALSE(data);
  EXPECT_EQ(data.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(data_));
}

TEST_F(DataFolderTest, IsHeldByOneUntilThatOneIsGone) {
  {
    auto first = DataFolder::open(data_, IfMissing::kMake);
    ASSERT_TRUE(first);
    const DataFolder moved = std::move(*first);
    const auto second = DataFolder::open(data_, IfMissing::kMake);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kConflict);
    EXPECT_THAT(second.error().message,
                AllOf(HasSubstr(data_), HasSubstr("process " + std::to_string(getpid()))));
  }
  EXPECT_TRUE(DataFolder::open(data_, IfMissing::kRefuse));
}

TEST_F(DataFolderTest, CannotBeWhereAFileIs) {
  const std::string file = (folder_.path() / "file").string();
  std::ofstream(file) << "x";
  for (const std::string& path : {file, file + "/data"}) {
    const auto data = DataFolder::open(path, IfMissing::kMake);
    ASSERT_FALSE(data);
    EXPECT_EQ(data.error().code, ErrorCode::kStoreFailed);
    EXPECT_THAT(data.error().message, AllOf(HasSubstr(path), HasSubstr("Not a directory")));
  }
}

TEST_F(DataFolderTest, SecretIsMadeOnceAndReadFromThenOn) {
  const auto data = DataFolder::open(data_, IfMissing::kMake);
  ASSERT_TRUE(data);
  const auto made = data->secretKey(random_);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_GE(made->size(), 43u);  // 32 bytes in base64
  EXPECT_EQ(modeOf(data_ + "/secret.key"), 0600u);
  EXPECT_EQ(data->secretKey(random_), *made);
  EXPECT_FALSE(std::filesystem::exists(data_ + "/secret.key.new"));
}

TEST_F(DataFolderTest, SecretOfTwoFoldersDiffers) {
  const auto one = DataFolder::open(data_ + "1", IfMissing::kMake);
  const auto two = DataFolder::open(data_ + "2", IfMissing::kMake);
  ASSERT_TRUE(one && two);
  EXPECT_NE(*one->secretKey(random_), *two->secretKey(random_));
}

TEST_F(DataFolderTest, SecretOfOnesOwnIsTakenWithoutItsLineEnd) {
  const auto data = DataFolder::open(data_, IfMissing::kMake);
  ASSERT_TRUE(data);
  const std::string mine = "a secret of my own, long enough for it";
  writeSecret(mine + "\r\n");
  EXPECT_EQ(data->secretKey(random_), mine);
}

TEST_F(DataFolderTest, SecretThatCannotBeTrustedIsRefusedAndKept) {
  const auto data = DataFolder::open(data_, IfMissing::kMake);
  ASSERT_TRUE(data);
  for (const std::string& bad :
       {std::string(), std::string("short\n"), std::string(40, '\0'), std::string(5000, 'x')}) {
    writeSecret(bad);
    const auto secret = data->secretKey(random_);
    ASSERT_FALSE(secret) << bad.size();
    EXPECT_EQ(secret.error().code, ErrorCode::kStoreFailed);
    std::ostringstream kept;
    kept << std::ifstream(data_ + "/secret.key").rdbuf();
    EXPECT_EQ(kept.str(), bad);
  }
}

TEST_F(DataFolderTest, HalfASecretOfAnEarlierTryIsNotInTheWay) {
  const auto data = DataFolder::open(data_, IfMissing::kMake);
  ASSERT_TRUE(data);
  std::ofstream(data_ + "/secret.key.new") << "half";
  EXPECT_TRUE(data->secretKey(random_));
}

}  // namespace
}  // namespace rookery::app
