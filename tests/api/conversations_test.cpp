#include "rookery/api/histories.h"
#include "rookery/api/rooms.h"
#include "rookery/api/workspaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/api/running_api.h"

namespace rookery::test {
namespace {

using store::ConversationKind;

constexpr const char* kUserKeys = "_id username email avatar name about createdAt updatedAt";
constexpr const char* kWorkspaceKeys =
    "_id name description joinCode members channels createdAt updatedAt";
constexpr const char* kUnknownId = "0123456789abcdef01234567";

std::string joinBody(const std::string& code) { return R"({"joinCode":")" + code + "\"}"; }

}  // namespace

class ConversationsTest : public testing::Test {
 protected:
  /// A workspace of ada's with its answer.
  HttpAnswer makeWorkspace() {
    return api_.send("POST", "/api/v1/workspace", R"({"name":" Team ","description":"d"})", ada_);
  }
  [[nodiscard]] base::ObjectId makeRoom() {
    const HttpAnswer room =
        api_.send("POST", "/api/v1/room", R"({"recieverId":")" + bobUser_.id.hex() + "\"}", ada_);
    return base::ObjectId::parse(room.text("/data/_id")).value();
  }
  void makeMessages(const base::ObjectId& conversation, ConversationKind kind,
                    std::uint64_t count) {
    for (std::uint64_t seq = 1; seq <= count; ++seq) {
      api_.makeMessage(conversation, kind, seq % 2 == 1 ? adaUser_.id : bobUser_.id, seq,
                       "m" + std::to_string(seq));
    }
  }
  /// The numbers of the messages in the array at `pointer`.
  static std::vector<std::uint64_t> seqs(const HttpAnswer& answer, const std::string& pointer) {
    std::vector<std::uint64_t> all;
    for (std::size_t i = 0;; ++i) {
      const std::string seq = answer.at(pointer + "/" + std::to_string(i) + "/seq");
      if (seq == "absent") return all;
      all.push_back(std::stoull(seq));
    }
  }
  static std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> all;
    for (; first <= last; ++first) all.push_back(first);
    return all;
  }

  RunningApi api_;
  const store::UserRecord adaUser_ = api_.makeUser("ada");
  const store::UserRecord bobUser_ = api_.makeUser("bob");
  const std::string ada_ = api_.tokenOf(adaUser_);
  const std::string bob_ = api_.tokenOf(bobUser_);
  const std::string eve_ = api_.tokenOf(api_.makeUser("eve"));
};

TEST_F(ConversationsTest, WorkspacesAreMadeWithAnAdminAndAChannel) {
  const HttpAnswer made = makeWorkspace();
  EXPECT_EQ(made.status, 200U);
  EXPECT_EQ(made.keys(""), "success messgae message data");
  EXPECT_EQ(made.keys("/data"), kWorkspaceKeys);
  EXPECT_EQ(made.text("/data/name"), "Team");
  EXPECT_THAT(made.text("/data/joinCode"), testing::MatchesRegex("[A-Z]{6}"));
  EXPECT_EQ(made.keys("/data/members/0/memberId"), "_id username email avatar");
  EXPECT_EQ(made.text("/data/members/0/memberId/_id"), adaUser_.id.hex());
  EXPECT_EQ(made.text("/data/members/0/role"), "admin");
  EXPECT_EQ(made.keys("/data/channels/0"), "_id name");
  EXPECT_EQ(made.text("/data/channels/0/name"), "general");
  ASSERT_EQ(api_.chat().members.size(), 1U);
  EXPECT_EQ(api_.chat().members[0].userId, adaUser_.id);
  EXPECT_EQ(api_.send("POST", "/api/v1/workspace", R"({"name":"  ab "})", ada_).status, 400U);
}

TEST_F(ConversationsTest, WorkspacesAreSeenByTheirMembersOnly) {
  const HttpAnswer made = makeWorkspace();
  const std::string id = made.text("/data/_id");
  const HttpAnswer list = api_.get("/api/v1/workspace", ada_);
  EXPECT_EQ(list.status, 202U);
  EXPECT_EQ(list.keys("/data"), "data messgae message");
  EXPECT_EQ(list.at("/data/data"), "[" + made.at("/data") + "]");
  EXPECT_EQ(api_.get("/api/v1/workspace", bob_).at("/data/data"), "[]");

  const HttpAnswer one = api_.get("/api/v1/workspace/" + id, ada_);
  EXPECT_EQ(one.status, 200U);
  EXPECT_EQ(one.at("/data"), made.at("/data"));
  EXPECT_EQ(one.at("/err"), "{}");
  EXPECT_EQ(api_.get("/api/v1/workspace/" + id, bob_).status, 404U);
  for (const std::string& wrong :
       {std::string("undefined"), std::string("temp_1_abc"), std::string(kUnknownId)}) {
    EXPECT_EQ(api_.get("/api/v1/workspace/" + wrong, ada_).status, 404U) << wrong;
    EXPECT_EQ(api_.get("/api/v1/member/workspace/" + wrong, ada_).status, 404U) << wrong;
  }
  const std::string byCode = "/api/v1/workspace/joincode?joinCode=" + made.text("/data/joinCode");
  EXPECT_EQ(api_.get(byCode, ada_).at("/data"), made.at("/data"));
  EXPECT_EQ(api_.get(byCode, bob_).status, 401U);
  EXPECT_EQ(api_.get("/api/v1/workspace/joincode?joinCode=NOSUCH", ada_).status, 404U);
  EXPECT_EQ(api_.get("/api/v1/workspace/joincode", ada_).status, 404U);

  const HttpAnswer me = api_.get("/api/v1/member/workspace/" + id, ada_);
  EXPECT_EQ(me.status, 200U);
  EXPECT_EQ(me.keys("/data/data"), kUserKeys);
  EXPECT_EQ(api_.get("/api/v1/member/workspace/" + id, bob_).status, 401U);
}

TEST_F(ConversationsTest, WorkspacesAreJoinedByCode) {
  const HttpAnswer made = makeWorkspace();
  const std::string join = "/api/v1/workspace/join/" + made.text("/data/_id");
  const std::string code = made.text("/data/joinCode");
  EXPECT_EQ(api_.send("PUT", join, joinBody("WRONG"), bob_).status, 401U);
  EXPECT_EQ(api_.send("PUT", join, "{}", bob_).status, 400U);
  EXPECT_EQ(api_.send("PUT", "/api/v1/workspace/join/undefined", joinBody(code), bob_).status,
            404U);
  const HttpAnswer joined = api_.send("PUT", join, joinBody(code), bob_);
  EXPECT_EQ(joined.status, 200U);
  EXPECT_EQ(joined.keys("/data"), kWorkspaceKeys);
  EXPECT_EQ(joined.text("/data/members/1/memberId/username"), "bob");
  EXPECT_EQ(joined.text("/data/members/1/role"), "member");
  ASSERT_EQ(api_.chat().members.size(), 2U);
  EXPECT_EQ(api_.chat().members[1].userId, bobUser_.id);
  EXPECT_EQ(api_.send("PUT", join, joinBody(code), bob_).status, 409U);
  EXPECT_EQ(api_.chat().members.size(), 2U);
}

TEST_F(ConversationsTest, ChannelsAreAddedByAdmins) {
  const HttpAnswer made = makeWorkspace();
  const std::string id = made.text("/data/_id");
  const std::string add = "/api/v1/workspace/" + id + "/channel";
  const HttpAnswer added = api_.send("PUT", add, R"({"channelName":"random"})", ada_);
  EXPECT_EQ(added.status, 200U);
  EXPECT_EQ(added.text("/data/channels/1/name"), "random");
  EXPECT_EQ(api_.send("PUT", add, R"({"channelName":"RANDOM"})", ada_).status, 403U);
  EXPECT_EQ(api_.send("PUT", add, R"({"channelName":""})", ada_).status, 400U);
  EXPECT_EQ(api_.send("PUT", add, R"({"channelName":"x"})", bob_).status, 401U);
  static_cast<void>(api_.send("PUT", "/api/v1/workspace/join/" + id,
                              joinBody(made.text("/data/joinCode")), bob_));
  EXPECT_EQ(api_.send("PUT", add, R"({"channelName":"x"})", bob_).status, 403U);
}

TEST_F(ConversationsTest, RoomsAreOneForAPairHoweverManyAsk) {
  const std::string toBob = R"({"username":"Bob"})";
  std::vector<std::string> ids;
  for (const HttpAnswer& answer :
       api_.sendAtOnce("POST", "/api/v1/room", {toBob, toBob, toBob, toBob}, ada_)) {
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.keys("/data"), "_id senderId recieverId status createdAt updatedAt");
    EXPECT_EQ(answer.keys("/data/senderId"), kUserKeys);
    EXPECT_EQ(answer.text("/data/recieverId/username"), "bob");
    ids.push_back(answer.text("/data/_id"));
  }
  EXPECT_EQ(std::count(ids.begin(), ids.end(), ids.front()), 4);
  const HttpAnswer back =
      api_.send("POST", "/api/v1/room",
                R"({"recieverId":")" + adaUser_.id.hex() + "\",\"username\":null}", bob_);
  EXPECT_EQ(back.text("/data/_id"), ids.front());

  for (const char* const body : {"{}", R"({"recieverId":7})", R"({"username":"ada"})"}) {
    EXPECT_EQ(api_.send("POST", "/api/v1/room", body, ada_).status, 400U) << body;
  }
  for (const char* const body : {R"({"recieverId":"undefined"})", R"({"username":"nobody"})",
                                 R"({"recieverId":"0123456789abcdef01234567"})"}) {
    EXPECT_EQ(api_.send("POST", "/api/v1/room", body, ada_).status, 404U) << body;
  }
}

TEST_F(ConversationsTest, RoomsAreFoundByThoseWhoTakePart) {
  const base::ObjectId id = makeRoom();
  const HttpAnswer room = api_.get("/api/v1/room/" + id.hex(), bob_);
  EXPECT_EQ(room.status, 200U);
  EXPECT_EQ(room.text("/data/_id"), id.hex());
  EXPECT_EQ(api_.get("/api/v1/room/" + id.hex(), eve_).status, 401U);
  EXPECT_EQ(api_.get("/api/v1/room/undefined", ada_).status, 404U);
  EXPECT_EQ(api_.get(std::string("/api/v1/room/") + kUnknownId, ada_).status, 404U);
  EXPECT_EQ(api_.get("/api/v1/room/user?recieverId=" + bobUser_.id.hex(), ada_).at("/data"),
            room.at("/data"));
  EXPECT_EQ(api_.get("/api/v1/room/member?memberId=" + adaUser_.id.hex(), bob_).at("/data/data"),
            room.at("/data"));
  for (const std::string path : {"/api/v1/room/user", "/api/v1/room/user?recieverId=undefined",
                                 "/api/v1/room/member", "/api/v1/room/member?memberId=%00"}) {
    EXPECT_EQ(api_.get(path, ada_).status, 404U) << path;
  }
  EXPECT_EQ(api_.get("/api/v1/room/user?recieverId=" + bobUser_.id.hex(), eve_).status, 404U);
}

TEST_F(ConversationsTest, RoomsAreListedWithTheirLastMessage) {
  const base::ObjectId id = makeRoom();
  const std::string last = "/api/v1/directMessages/" + id.hex() + "/lastMessage";
  EXPECT_EQ(api_.get("/api/v1/room", ada_).at("/data/0/lastMessage"), "null");
  EXPECT_EQ(api_.get(last, ada_).at("/data/data"), "null");
  makeMessages(id, ConversationKind::kRoom, 3);
  const HttpAnswer rooms = api_.get("/api/v1/room", bob_);
  EXPECT_EQ(rooms.text("/data/0/lastMessage/body"), "m3");
  EXPECT_EQ(rooms.keys("/data/0/lastMessage"),
            "_id body image status seq roomId senderId createdAt updatedAt");
  EXPECT_EQ(api_.get(last, bob_).at("/data/data"), rooms.at("/data/0/lastMessage"));
  EXPECT_EQ(api_.get(last, eve_).status, 401U);
}

TEST_F(ConversationsTest, HistoriesOfRoomsComeByPageOldestFirst) {
  const base::ObjectId id = makeRoom();
  makeMessages(id, ConversationKind::kRoom, 25);
  const std::string path = "/api/v1/directMessages/" + id.hex();
  const HttpAnswer first = api_.get(path, bob_);
  EXPECT_EQ(first.status, 200U);
  EXPECT_EQ(seqs(first, "/data/data"), range(6, 25));
  EXPECT_EQ(first.text("/data/data/19/roomId"), id.hex());
  EXPECT_EQ(first.text("/data/data/19/status"), "unread");
  EXPECT_EQ(first.at("/data/data/19/image"), "null");
  EXPECT_EQ(first.keys("/data/data/19/senderId"), kUserKeys);
  EXPECT_EQ(seqs(api_.get(path + "?page=2", bob_), "/data/data"), range(1, 5));
  EXPECT_EQ(seqs(api_.get(path + "?page=2&limit=10", bob_), "/data/data"), range(6, 15));
  EXPECT_EQ(seqs(api_.get(path + "?page=0&limit=1000", bob_), "/data/data"), range(1, 25));
  EXPECT_EQ(api_.get(path + "?page=9", bob_).at("/data/data"), "[]");
  EXPECT_EQ(api_.get(path + "?page=x", bob_).status, 400U);
  EXPECT_EQ(api_.get(path, eve_).status, 401U);
  EXPECT_EQ(api_.get("/api/v1/directMessages/undefined", bob_).status, 404U);
}

TEST_F(ConversationsTest, ChannelsShowTheirNewestPageAndWorkspace) {
  const HttpAnswer workspace = makeWorkspace();
  const auto id = base::ObjectId::parse(workspace.text("/data/channels/0/_id")).value();
  makeMessages(id, ConversationKind::kChannel, 21);
  const HttpAnswer channel = api_.get("/api/v1/channel/" + id.hex(), ada_);
  EXPECT_EQ(channel.status, 200U);
  EXPECT_EQ(channel.keys("/data/data"), "messages _id name workspaceId createdAt updatedAt");
  EXPECT_EQ(seqs(channel, "/data/data/messages"), range(2, 21));
  EXPECT_EQ(channel.at("/data/data/workspaceId"), workspace.at("/data"));
  EXPECT_EQ(channel.keys("/data/data/messages/0"),
            "_id body image status seq channelId workspaceId senderId createdAt updatedAt");
  EXPECT_EQ(channel.text("/data/data/messages/0/senderId/username"), "bob") << "no member";

  const HttpAnswer messages = api_.get("/api/v1/messages/" + id.hex() + "?limit=5", ada_);
  EXPECT_EQ(seqs(messages, "/data/data"), range(17, 21));
  EXPECT_EQ(messages.text("/data/data/0/workspaceId"), workspace.text("/data/_id"));
  for (const std::string path :
       {"/api/v1/channel/", "/api/v1/messages/", "/api/v1/conversations/"}) {
    const std::string end = path.ends_with("conversations/") ? "/messages" : "";
    EXPECT_EQ(api_.get(path + id.hex() + end, bob_).status, 401U) << path;
    EXPECT_EQ(api_.get(path + kUnknownId + end, ada_).status, 404U) << path;
    EXPECT_EQ(api_.get(path + "undefined" + end, ada_).status, 404U) << path;
  }
}

TEST_F(ConversationsTest, HistoriesComeByCursorInBothDirections) {
  const base::ObjectId id = makeRoom();
  makeMessages(id, ConversationKind::kRoom, 12);
  const std::string path = "/api/v1/conversations/" + id.hex() + "/messages";
  struct Case {
    const char* query;
    std::vector<std::uint64_t> seqs;
    bool hasMore;
  };
  for (const Case& one : std::vector<Case>{{"", range(1, 12), false},
                                           {"?limit=5", range(8, 12), true},
                                           {"?limit=5&before=8", range(3, 7), true},
                                           {"?limit=2&before=3", range(1, 2), false},
                                           {"?limit=5&after=0", range(1, 5), true},
                                           {"?limit=12&after=0", range(1, 12), false},
                                           {"?limit=5&after=5", range(6, 10), true},
                                           {"?limit=2&after=10", range(11, 12), false},
                                           {"?after=12", {}, false},
                                           {"?after=99999999999999999999", {}, false},
                                           {"?before=1", {}, false},
                                           {"?after=2&before=9&limit=3", range(6, 8), true}}) {
    const HttpAnswer answer = api_.get(path + one.query, bob_);
    EXPECT_EQ(answer.status, 200U) << one.query;
    EXPECT_EQ(answer.keys("/data"), "messages hasMore") << one.query;
    EXPECT_EQ(seqs(answer, "/data/messages"), one.seqs) << one.query;
    EXPECT_EQ(answer.at("/data/hasMore"), one.hasMore ? "true" : "false") << one.query;
  }
  EXPECT_EQ(api_.get(path + "?after=x", bob_).status, 400U);
  EXPECT_EQ(api_.get(path, eve_).status, 401U);
}

TEST_F(ConversationsTest, AnEmptyBodyIsShownAsAnEmptyDelta) {
  const base::ObjectId id = makeRoom();
  api_.makeMessage(id, ConversationKind::kRoom, adaUser_.id, 1, "");
  EXPECT_EQ(api_.get("/api/v1/directMessages/" + id.hex(), ada_).text("/data/data/0/body"),
            R"({"ops":[{"insert":"\n"}]})");
}

TEST_F(ConversationsTest, EachEndpointAsksTheStoreAFixedNumberOfQuestions) {
  const base::ObjectId id = makeRoom();
  const std::vector<std::string> paths = {"/api/v1/workspace", "/api/v1/room",
                                          "/api/v1/directMessages/" + id.hex()};
  const auto cost = [&](const std::string& path) {
    EXPECT_LT(api_.get(path, ada_).status, 300U) << path;  // users are remembered from then on
    const std::uint64_t before = api_.stats().reads.load();
    EXPECT_LT(api_.get(path, ada_).status, 300U) << path;
    return api_.stats().reads.load() - before;
  };
  std::vector<std::uint64_t> few;
  for (const std::string& path : paths) few.push_back(cost(path));
  for (int i = 0; i < 5; ++i) {
    static_cast<void>(makeWorkspace());
    const store::UserRecord other = api_.makeUser("other" + std::to_string(i));
    ASSERT_EQ(
        api_.send("POST", "/api/v1/room", R"({"username":")" + other.username + "\"}", ada_).status,
        200U);
  }
  makeMessages(id, ConversationKind::kRoom, 30);
  for (std::size_t i = 0; i < paths.size(); ++i) EXPECT_EQ(cost(paths[i]), few[i]) << paths[i];
}

}  // namespace rookery::test
