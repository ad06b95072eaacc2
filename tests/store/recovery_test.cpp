// Sockets that are kept for their clients, and what conversations have for those who come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <map>
#include <ostream>

#include "rookery/store/database.h"
#include "support/open_store.h"
#include "support/store_records.h"

namespace rookery::store {

static bool operator==(const ConversationNews& a, const ConversationNews& b) {
  return a.conversationId == b.conversationId && a.kind == b.kind && a.lastSeq == b.lastSeq &&
         a.knownSeq == b.knownSeq;
}
static void PrintTo(const ConversationNews& news, std::ostream* out) {
  *out << news.conversationId.hex() << ' ' << news.knownSeq << " … " << news.lastSeq;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RecoveryTest : public test::OpenStore {
 protected:
  void SetUp() override {
    OpenStore::SetUp();
    for (std::uint64_t i = 1; i <= 3; ++i) {
      change([&](Database& it) { return it.insertUser(test::userRecord(i)); });
    }
    change([&](Database& it) {
      RoomRecord room;
      room.id = conversation(1);
      room.senderId = user(1);
      room.recieverId = user(2);
      return it.insertRoom(room);
    });
  }

  static ObjectId user(std::uint64_t number) { return test::idOf(test::kSenders + number); }
  static ObjectId conversation(std::uint64_t number) {
    return test::idOf(test::kConversations + number);
  }
  /// The commit that it came with.
  std::uint64_t say(std::uint64_t place, std::uint64_t seq) {
    const MessageRecord record = test::messageRecord(seq, place);
    ids_[{place, seq}] = record.id;
    change([&](Database& it) { return it.insertMessage(record, it.lastCommitNo() + 1); });
    return database_->lastCommitNo();
  }
  void edit(std::uint64_t place, std::uint64_t seq) {
    MessageChange outcome;
    change([&](Database& it) {
      return it.editMessage(ids_.at({place, seq}), "edited", {}, 5, outcome);
    });
    ASSERT_EQ(outcome.verdict, MessageChange::Verdict::kChanged);
  }
  std::vector<ConversationNews> news(std::uint64_t who, std::uint64_t since,
                                     std::uint32_t most = 100) {
    const auto found = reader_->newsOf(user(who), since, most);
    EXPECT_TRUE(found);
    return found ? *found : std::vector<ConversationNews>();
  }
  static ConversationNews room(std::uint64_t known, std::uint64_t last) {
    return {conversation(1), ConversationKind::kRoom, last, known};
  }
  void keep(const std::string& hash, std::uint64_t who, WallMs leftAt, std::uint64_t from = 7) {
    const KeptSocket socket{.pidHash = hash,
                            .userId = user(who),
                            .socketId = "id of " + hash,
                            .watched = {user(2), user(3)},
                            .reachFrom = from,
                            .isSettled = true,
                            .leftAt = leftAt};
    change([&](Database& it) { return it.keepSocket(socket); });
  }
  std::optional<KeptSocket> kept(const std::string& hash, WallMs since = 0) {
    auto found = reader_->keptSocket(hash, since);
    EXPECT_TRUE(found);
    return found ? *found : std::nullopt;
  }

  std::map<std::pair<std::uint64_t, std::uint64_t>, ObjectId> ids_;
};

TEST_P(RecoveryTest, NewsBeginsBehindWhatWasKnown) {
  EXPECT_THAT(news(1, 0), IsEmpty());
  say(1, 1);
  const std::uint64_t known = say(1, 2);
  EXPECT_THAT(news(1, known), IsEmpty());
  EXPECT_THAT(news(1, 0), ElementsAre(room(0, 2)));
  say(1, 3);
  say(1, 4);
  EXPECT_THAT(news(1, known), ElementsAre(room(2, 4)));
  EXPECT_THAT(news(2, known), ElementsAre(room(2, 4)));
  EXPECT_THAT(news(3, known), IsEmpty()) << "who is no part of it";
}

TEST_P(RecoveryTest, AChangeOfAnOldMessageIsNews) {
  say(1, 1);
  const std::uint64_t known = say(1, 2);
  edit(1, 1);
  EXPECT_THAT(news(1, known), ElementsAre(room(2, 2)));
  EXPECT_THAT(news(1, database_->lastCommitNo()), IsEmpty());
}

TEST_P(RecoveryTest, TheLastKnownMessageMayHaveChangedSince) {
  const std::uint64_t known = say(1, 1);
  say(1, 2);
  edit(1, 1);
  // Which of the two was known cannot be told: both count as new.
  EXPECT_THAT(news(1, known), ElementsAre(room(0, 2)));
}

TEST_P(RecoveryTest, LooksThroughSoManyMessagesAtMost) {
  const std::uint64_t known = say(1, 1);
  for (std::uint64_t seq = 2; seq <= 9; ++seq) say(1, seq);
  EXPECT_THAT(news(1, known, 9), ElementsAre(room(1, 9)));
  EXPECT_THAT(news(1, known, 5), ElementsAre(room(4, 9)));
}

TEST_P(RecoveryTest, ChannelsCountWhileTheyAreSubscribedTo) {
  say(2, 1);
  EXPECT_THAT(news(1, 0), IsEmpty());
  change([&](Database& it) {
    return it.putSubscription(user(1), {conversation(2), ConversationKind::kChannel}, 1);
  });
  EXPECT_THAT(news(1, 0),
              ElementsAre(ConversationNews{conversation(2), ConversationKind::kChannel, 1, 0}));
}

TEST_P(RecoveryTest, ASocketIsKeptUntilItIsDropped) {
  keep("a", 1, 1'000, std::numeric_limits<std::uint64_t>::max());
  const auto found = kept("a", 1'000);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->userId, user(1));
  EXPECT_EQ(found->socketId, "id of a");
  EXPECT_THAT(found->watched, ElementsAre(user(2), user(3)));
  EXPECT_EQ(found->reachFrom, std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(found->isSettled);
  EXPECT_EQ(found->leftAt, 1'000);
  EXPECT_FALSE(kept("a", 1'001)) << "too old";
  EXPECT_FALSE(kept("b"));
  keep("a", 1, 2'000);
  EXPECT_EQ(kept("a")->leftAt, 2'000);
  change([](Database& it) { return it.dropKeptSocket("a"); });
  EXPECT_FALSE(kept("a"));
}

TEST_P(RecoveryTest, OldSocketsAndOnesTooManyGo) {
  keep("other", 2, 1);
  for (int i = 0; i <= Database::kMostKeptSockets; ++i) keep(std::to_string(i), 1, 10 + i);
  EXPECT_FALSE(kept("0"));
  EXPECT_TRUE(kept("1"));
  EXPECT_TRUE(kept("other"));
  change([](Database& it) { return it.dropKeptSockets(12); });
  EXPECT_FALSE(kept("other"));
  EXPECT_FALSE(kept("1"));
  EXPECT_TRUE(kept("2"));
}

INSTANTIATE_TEST_SUITE_P(All, RecoveryTest, test::storeBackends(), test::backendName);

}  // namespace
}  // namespace rookery::store
