#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "rookery/app/admin_socket.h"
#include "rookery/app/commands/commands.h"
#include "rookery/app/data_folder.h"
#include "rookery/app/offline_store.h"
#include "rookery/chat/passwords.h"
#include "rookery/chat/tokens.h"
#include "rookery/store/database.h"
#include "support/temp_folder.h"

namespace rookery::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Action = AdminRequest::Action;

/// The commands on a real store, without a server and with one that holds the folder.
class CarryOutTest : public testing::Test {
 protected:
  CarryOutTest() { config_.server.data = (folder_.path() / "data").string(); }

  CommandResult<AdminAnswer> add(const std::string& name) {
    return carryOut(config_, {.action = Action::kAddUser,
                              .user = name,
                              .email = name + "@example.org",
                              .password = "a password"});
  }
  /// What the store has of `name`.
  std::optional<store::UserRecord> stored(const std::string& name) {
    const auto backend = store::sqliteBackend(config_.databasePath());
    const auto reader = backend->openReader();
    EXPECT_TRUE(reader) << reader.error().message;
    auto user = (*reader)->userByUsername(name);
    EXPECT_TRUE(user);
    return user ? *user : std::nullopt;
  }
  static void expectFailure(const CommandResult<AdminAnswer>& result, ExitCode exitCode,
                            const std::string& message) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().exitCode, exitCode);
    EXPECT_THAT(result.error().message, HasSubstr(message));
    EXPECT_EQ(result.error().message.find('\n'), std::string::npos);
  }

  test::TempFolder folder_;
  Config config_;
};

TEST_F(CarryOutTest, AddsAUserToAFolderThatItMakes) {
  const auto added = carryOut(config_, {.action = Action::kAddUser,
                                        .user = "ada",
                                        .email = "ada@example.org",
                                        .password = "a password",
                                        .isAdmin = true});
  ASSERT_TRUE(added) << added.error().message;
  const auto user = stored("ada");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->id.hex(), added->userId);
  EXPECT_EQ(user->email, "ada@example.org");
  EXPECT_TRUE(user->admin);
  EXPECT_FALSE(user->disabled);
  EXPECT_GT(user->createdAt, 0);
  EXPECT_TRUE(chat::verifyPassword("a password", user->passwordHash));
}

TEST_F(CarryOutTest, ChangesUsersByNameAndById) {
  const auto added = add("ada");
  ASSERT_TRUE(added);
  EXPECT_FALSE(stored("ada")->admin);
  ASSERT_TRUE(carryOut(config_, {.action = Action::kMakeAdmin, .user = added->userId}));
  EXPECT_TRUE(stored("ada")->admin);
  ASSERT_TRUE(
      carryOut(config_, {.action = Action::kSetPassword, .user = "ada", .password = "new"}));
  EXPECT_TRUE(chat::verifyPassword("new", stored("ada")->passwordHash));
  EXPECT_FALSE(chat::verifyPassword("a password", stored("ada")->passwordHash));
  ASSERT_TRUE(carryOut(config_, {.action = Action::kDisableUser, .user = "ADA"}));
  EXPECT_TRUE(stored("ada")->disabled);
  EXPECT_TRUE(stored("ada")->admin);
}

TEST_F(CarryOutTest, IssuesTokensThatTheServerTakes) {
  ASSERT_TRUE(add("ada"));
  base::SystemRandom random;
  const base::SystemClock clock;
  const auto issued = carryOut(
      config_, {.action = Action::kIssueToken, .user = "ada", .ttl = std::chrono::hours(2)});
  ASSERT_TRUE(issued);
  const auto folder = DataFolder::open(config_.server.data, DataFolder::IfMissing::kRefuse);
  const chat::Tokens tokens(*folder->secretKey(random));
  const auto claims = tokens.verify(issued->token, clock.wall());
  ASSERT_TRUE(claims) << claims.error().message;
  EXPECT_EQ(claims->userId.hex(), issued->userId);
  EXPECT_EQ(claims->username, "ada");
  EXPECT_EQ(claims->email, "ada@example.org");
  EXPECT_FALSE(tokens.verify(issued->token, clock.wall() + 2 * 3'600'000 + 1'000));
}

TEST_F(CarryOutTest, TokensAreSignedWithTheConfiguredSecret) {
  config_.auth.secret = "a secret of the configuration, long enough";
  ASSERT_TRUE(add("ada"));
  const auto issued = carryOut(config_, {.action = Action::kIssueToken, .user = "ada"});
  ASSERT_TRUE(issued);
  const base::SystemClock clock;
  EXPECT_TRUE(chat::Tokens(config_.auth.secret).verify(issued->token, clock.wall() + 86'000'000));
  EXPECT_FALSE(std::filesystem::exists(config_.server.data + "/secret.key"));
}

TEST_F(CarryOutTest, SaysWhatIsWrong) {
  ASSERT_TRUE(add("ada"));
  expectFailure(carryOut(config_, {.action = Action::kAddUser,
                                   .user = "Ada",
                                   .email = "another@example.org",
                                   .password = "x"}),
                ExitCode::kFailed, "there is a user with this username");
  expectFailure(
      carryOut(
          config_,
          {.action = Action::kAddUser, .user = "bob", .email = "ADA@example.org", .password = "x"}),
      ExitCode::kFailed, "there is a user with this email");
  expectFailure(add("ab"), ExitCode::kUsage, "username must have");
  expectFailure(carryOut(config_, {.action = Action::kAddUser, .user = "bob", .email = "bob"}),
                ExitCode::kUsage, "email must be");
  expectFailure(carryOut(config_, {.action = Action::kSetPassword, .user = "ada"}),
                ExitCode::kUsage, "password");
  for (const Action action : {Action::kDisableUser, Action::kMakeAdmin, Action::kIssueToken}) {
    expectFailure(carryOut(config_, {.action = action, .user = "nobody.at.all"}), ExitCode::kFailed,
                  "there is no user nobody.at.all");
  }
  ASSERT_TRUE(carryOut(config_, {.action = Action::kDisableUser, .user = "ada"}));
  expectFailure(carryOut(config_, {.action = Action::kIssueToken, .user = "ada"}),
                ExitCode::kFailed, "disabled");
}

TEST_F(CarryOutTest, OnlyANewUserMakesAFolder) {
  expectFailure(carryOut(config_, {.action = Action::kIssueToken, .user = "ada"}),
                ExitCode::kStoreCannotOpen, "there is no data folder " + config_.server.data);
  EXPECT_FALSE(std::filesystem::exists(config_.server.data));
}

TEST_F(CarryOutTest, ADamagedStoreIsNamedAndLeftAlone) {
  std::filesystem::create_directory(config_.server.data);
  std::ofstream(config_.databasePath()) << "this was a database once";
  expectFailure(add("ada"), ExitCode::kStoreCannotOpen, config_.databasePath());
  std::ostringstream kept;
  kept << std::ifstream(config_.databasePath()).rdbuf();
  EXPECT_EQ(kept.str(), "this was a database once");
}

TEST_F(CarryOutTest, GoesToWhoeverHoldsTheFolder) {
  const auto folder = DataFolder::open(config_.server.data, DataFolder::IfMissing::kMake);
  ASSERT_TRUE(folder);
  const auto store = OfflineStore::open(config_, *folder);
  ASSERT_TRUE(store);
  const auto socket = AdminSocket::start(adminSocketPath(folder->path()), (*store)->admin());
  ASSERT_TRUE(socket);

  const auto added = add("ada");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(stored("ada")->id.hex(), added->userId);
  const auto issued = carryOut(config_, {.action = Action::kIssueToken, .user = added->userId});
  ASSERT_TRUE(issued);
  EXPECT_FALSE(issued->token.empty());
  expectFailure(add("ada"), ExitCode::kFailed, "there is a user with this");
  expectFailure(add("ab"), ExitCode::kUsage, "username must have");
}

TEST_F(CarryOutTest, WaitsForAServerThatStarts) {
  auto folder = DataFolder::open(config_.server.data, DataFolder::IfMissing::kMake);
  ASSERT_TRUE(folder);
  CommandResult<AdminAnswer> added;
  std::thread command([&] { added = add("ada"); });
  {
    const auto store = OfflineStore::open(config_, *folder);
    ASSERT_TRUE(store);
    const auto socket = AdminSocket::start(adminSocketPath(folder->path()), (*store)->admin());
    ASSERT_TRUE(socket);
    command.join();
  }
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_TRUE(stored("ada"));
}

}  // namespace
}  // namespace rookery::app
