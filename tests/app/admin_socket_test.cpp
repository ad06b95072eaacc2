#include "rookery/app/admin_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>
#include <future>

#include "rookery/app/admin_client.h"
#include "rookery/app/admin_json.h"
#include "rookery/app/unix_socket.h"
#include "support/temp_folder.h"

namespace rookery::app {
namespace {

using base::ErrorCode;
using testing::HasSubstr;
using testing::IsEmpty;
using Action = AdminRequest::Action;

constexpr std::chrono::seconds kPatience{30};

/// Answers with what it was asked; waits in issueToken() until it is let go.
class EchoBackend final : public AdminBackend {
 public:
  base::Result<AdminAnswer> addUser(const NewUser& user) override {
    return AdminAnswer{.userId = user.email, .username = user.username, .token = user.password};
  }
  base::Result<AdminAnswer> setPassword(std::string_view who,
                                        const std::string& password) override {
    return AdminAnswer{.userId = {}, .username = std::string(who), .token = password};
  }
  base::Result<AdminAnswer> disableUser(std::string_view who) override {
    return base::fail(ErrorCode::kNotFound, "there is no user " + std::string(who));
  }
  base::Result<AdminAnswer> makeAdmin(std::string_view who) override {
    return AdminAnswer{.userId = {}, .username = std::string(who), .token = {}};
  }
  base::Result<AdminAnswer> onStore(const AdminRequest& request) override {
    return AdminAnswer{.userId = {}, .username = {}, .token = {}, .text = request.path};
  }
  base::Result<AdminAnswer> issueToken(std::string_view who,
                                       std::optional<std::chrono::milliseconds> ttl) override {
    began.set_value();
    mayEnd.get_future().wait();
    return AdminAnswer{.userId = {},
                       .username = std::string(who),
                       .token = std::to_string(ttl.value_or(std::chrono::milliseconds(0)).count())};
  }

  base::Result<AdminAnswer> issueCode(std::string_view who) override {
    return AdminAnswer{.userId = {}, .username = std::string(who), .token = {}, .code = "123456"};
  }

  std::promise<void> began;
  std::promise<void> mayEnd;
};

class AdminSocketTest : public testing::Test {
 protected:
  std::unique_ptr<AdminSocket> start(std::chrono::milliseconds patience = kPatience) {
    auto socket = AdminSocket::start(path_, backend_, patience);
    EXPECT_TRUE(socket) << socket.error().message;
    return std::move(*socket);
  }
  base::FileDescriptor connected() {
    auto socket = connectTo(path_);
    EXPECT_TRUE(socket) << socket.error().message;
    return std::move(*socket);
  }
  base::Result<AdminAnswer> ask(const AdminRequest& request) {
    return askServer(connected(), request, kPatience);
  }
  static void sendText(const base::FileDescriptor& socket, std::string_view text) {
    ASSERT_EQ(send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// All that comes until the server closes.
  static std::string readAll(const base::FileDescriptor& socket) {
    std::string all;
    char buffer[4096];
    while (true) {
      pollfd polled{socket.get(), POLLIN, 0};
      EXPECT_EQ(poll(&polled, 1, 30'000), 1);
      const ssize_t got = recv(socket.get(), buffer, sizeof buffer, 0);
      if (got <= 0) return all;
      all.append(buffer, static_cast<std::size_t>(got));
    }
  }

  test::TempFolder folder_;
  std::string path_ = (folder_.path() / "admin.sock").string();
  EchoBackend backend_;
};

TEST_F(AdminSocketTest, CarriesRequestsOutAndAnswers) {
  const auto socket = start();
  const auto added =
      ask({.action = Action::kAddUser, .user = "ada", .email = "a@b", .password = "p"});
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->username, "ada");
  EXPECT_EQ(added->userId, "a@b");
  EXPECT_EQ(added->token, "p");
  EXPECT_TRUE(ask({.action = Action::kMakeAdmin, .user = "ada"}));
  EXPECT_EQ(ask({.action = Action::kSetPassword, .user = "ada", .password = "q"})->token, "q");
  const auto failed = ask({.action = Action::kDisableUser, .user = "eve"});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error(), (base::Error{ErrorCode::kNotFound, "there is no user eve"}));
}

TEST_F(AdminSocketTest, IsThereForItsOwnerAloneAndGoneAtTheEnd) {
  {
    const auto socket = start();
    struct stat about{};
    ASSERT_EQ(stat(path_.c_str(), &about), 0);
    EXPECT_TRUE(S_ISSOCK(about.st_mode));
    EXPECT_EQ(about.st_mode & 0777, 0600u);
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
  const auto nobody = connectTo(path_);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, ErrorCode::kNotFound);
}

TEST_F(AdminSocketTest, ReplacesWhatAKilledServerLeft) {
  {
    const auto left = listenAt(path_);
    ASSERT_TRUE(left);
  }
  ASSERT_TRUE(std::filesystem::exists(path_));
  EXPECT_EQ(connectTo(path_).error().code, ErrorCode::kNotFound);
  const auto socket = start();
  EXPECT_TRUE(ask({.action = Action::kMakeAdmin, .user = "ada"}));
}

TEST_F(AdminSocketTest, IsReachedByAPathThatNoAddressHolds) {
  const std::filesystem::path deep = folder_.path() / std::string(120, 'd');
  std::filesystem::create_directory(deep);
  path_ = (deep / "admin.sock").string();
  const auto socket = start();
  EXPECT_TRUE(std::filesystem::exists(path_));
  EXPECT_TRUE(ask({.action = Action::kMakeAdmin, .user = "ada"}));
}

TEST_F(AdminSocketTest, CannotBeWhereThereIsNoFolder) {
  const auto socket = AdminSocket::start(path_ + "/no/admin.sock", backend_);
  ASSERT_FALSE(socket);
  EXPECT_THAT(socket.error().message, HasSubstr(path_));
}

TEST_F(AdminSocketTest, TakesARequestInPieces) {
  const auto socket = start();
  const auto client = connected();
  for (const char c : requestLine({.action = Action::kMakeAdmin, .user = "ada"})) {
    sendText(client, std::string_view(&c, 1));
  }
  EXPECT_THAT(readAll(client), HasSubstr("\"success\":true"));
}

TEST_F(AdminSocketTest, AnswersRubbish) {
  const auto socket = start();
  for (const std::string& line : {std::string("\n"), std::string("{\n"), std::string("\0\n", 2),
                                  std::string("GET / HTTP/1.1\r\n\r\n")}) {
    const auto client = connected();
    sendText(client, line);
    EXPECT_THAT(readAll(client), HasSubstr("INVALID_PAYLOAD"));
  }
}

TEST_F(AdminSocketTest, RefusesALineBeyondTheLimit) {
  const auto socket = start();
  const auto client = connected();
  sendText(client, std::string(kMaxAdminLine, ' '));
  EXPECT_THAT(readAll(client), HasSubstr("TOO_LARGE"));

  const auto justFits = connected();
  std::string line = requestLine({.action = Action::kMakeAdmin, .user = "ada"});
  line.insert(0, kMaxAdminLine - line.size(), ' ');
  sendText(justFits, line);
  EXPECT_THAT(readAll(justFits), HasSubstr("\"success\":true"));
}

TEST_F(AdminSocketTest, ClosesAConnectionThatSendsNothing) {
  const auto socket = start(std::chrono::milliseconds(1));
  EXPECT_THAT(readAll(connected()), IsEmpty());
}

TEST_F(AdminSocketTest, RefusesTheNinthConnectionAndServesTheOthers) {
  const auto socket = start();
  std::vector<base::FileDescriptor> clients;
  for (std::size_t i = 0; i < AdminSocket::kMaxConnections; ++i) clients.push_back(connected());
  EXPECT_THAT(readAll(connected()), HasSubstr("OVERLOADED"));
  for (const base::FileDescriptor& client : clients) {
    sendText(client, requestLine({.action = Action::kMakeAdmin, .user = "ada"}));
    EXPECT_THAT(readAll(client), HasSubstr("\"success\":true"));
  }
  EXPECT_TRUE(ask({.action = Action::kMakeAdmin, .user = "ada"}));
}

TEST_F(AdminSocketTest, SurvivesAClientThatGoesBeforeItsAnswer) {
  auto socket = start();
  {
    const auto client = connected();
    sendText(client, requestLine({.action = Action::kIssueToken, .user = "ada"}));
    backend_.began.get_future().wait();
  }
  backend_.mayEnd.set_value();
  EXPECT_TRUE(ask({.action = Action::kMakeAdmin, .user = "ada"}));
}

TEST_F(AdminSocketTest, FinishesWhatItIsAtBeforeItEnds) {
  auto socket = start();
  const auto client = connected();
  sendText(client, requestLine({.action = Action::kIssueToken,
                                .user = "ada",
                                .ttl = std::chrono::milliseconds(7)}));
  backend_.began.get_future().wait();
  std::thread ending([&] { socket.reset(); });
  backend_.mayEnd.set_value();
  ending.join();
  EXPECT_THAT(readAll(client), HasSubstr("\"token\":\"7\""));
}

TEST(AdminClientTest, SaysWhenTheServerEndsWithoutAnAnswer) {
  const test::TempFolder folder;
  const std::string path = (folder.path() / "admin.sock").string();
  auto listener = listenAt(path);
  ASSERT_TRUE(listener);
  const auto client = connectTo(path);
  ASSERT_TRUE(client);
  *listener = base::FileDescriptor();
  const auto answer = askServer(*client, {.action = Action::kMakeAdmin, .user = "ada"}, kPatience);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("ended"));
}

}  // namespace
}  // namespace rookery::app
