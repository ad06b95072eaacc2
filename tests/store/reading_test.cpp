// Read and delivered marks: unread and pending equal a recount, whatever happened before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>

#include "rookery/store/database.h"
#include "support/open_store.h"
#include "support/store_records.h"

namespace rookery::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kAll = std::numeric_limits<std::int64_t>::max();

class ReadingTest : public test::OpenStore {
 protected:
  void SetUp() override {
    OpenStore::SetUp();
    for (std::uint64_t i = 1; i <= 3; ++i) {
      change([&](Database& it) { return it.insertUser(test::userRecord(i)); });
    }
    makeRoom(1, user(1), user(2));
    makeRoom(2, user(1), user(3));
  }

  static ObjectId user(std::uint64_t number) { return test::idOf(test::kSenders + number); }
  static ObjectId conversation(std::uint64_t number) {
    return test::idOf(test::kConversations + number);
  }
  void makeRoom(std::uint64_t number, ObjectId a, ObjectId b) {
    RoomRecord room;
    room.id = conversation(number);
    room.senderId = a;
    room.recieverId = b;
    change([&](Database& it) { return it.insertRoom(room); });
  }
  void say(std::uint64_t place, std::uint64_t sender) {
    MessageRecord record = test::messageRecord(++lastSeq_[place], place);
    record.senderId = user(sender);
    change([&](Database& it) { return it.insertMessage(record, it.lastCommitNo() + 1); });
  }
  bool read(std::uint64_t who, std::uint64_t place, std::uint64_t seq) {
    ReadMark mark{.userId = user(who), .conversationId = conversation(place), .messageId = {},
                  .seq = seq, .readAt = 5, .commitNo = 0};
    const auto kind = place <= 2 ? ConversationKind::kRoom : ConversationKind::kChannel;
    bool moved = false;
    change([&](Database& it) { return it.advanceRead(mark, kind, moved); });
    EXPECT_EQ(moved, mark.commitNo != 0);
    return moved;
  }
  void subscribe(std::uint64_t who, std::uint64_t place) {
    change([&](Database& it) {
      const Subscription what{conversation(place), ConversationKind::kChannel};
      WriteResult result = it.putSubscription(user(who), what, 1);
      return result.ok() ? it.startCursor(user(who), conversation(place)) : result;
    });
  }
  std::vector<std::uint64_t> pending(std::uint64_t who, std::uint32_t limit = 100) {
    const auto rows = reader_->pendingOf(user(who), 0, limit);
    EXPECT_TRUE(rows);
    std::vector<std::uint64_t> seqs;
    for (const StoredMessage& row : *rows) seqs.push_back(row.seq);
    return seqs;
  }
  void raise(std::uint64_t who, std::uint64_t from, std::uint64_t upTo) {
    change([&](Database& it) { return it.raiseDelivered(user(who), from, upTo, 0); });
  }

  std::map<std::uint64_t, std::uint64_t> lastSeq_;
};

INSTANTIATE_TEST_SUITE_P(All, ReadingTest, test::storeBackends(), test::backendName);

TEST_P(ReadingTest, UnreadEqualsARecountAfterWhateverHappened) {
  // The model: who wrote what where, what each has read, and where he reads.
  std::map<std::uint64_t, std::vector<std::uint64_t>> senders;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> readUpTo;
  std::map<std::uint64_t, std::set<std::uint64_t>> places = {{1, {1, 2}}, {2, {1}}, {3, {2}}};
  std::mt19937 random(7);
  const auto pick = [&](std::uint64_t most) { return random() % most + 1; };
  for (int step = 0; step < 400; ++step) {
    const std::uint64_t who = pick(3);
    const std::uint64_t place = pick(4);
    const bool isChannel = place > 2;
    switch (random() % 5) {
      case 0:
      case 1:
        say(place, who);
        senders[place].push_back(who);
        break;
      case 2:
      case 3: {
        if (senders[place].empty()) break;
        const std::uint64_t seq = pick(senders[place].size());
        auto& mark = readUpTo[{who, place}];
        EXPECT_EQ(read(who, place, seq), seq > mark);
        mark = std::max(mark, seq);
        break;
      }
      case 4:
        if (!isChannel) break;
        if (places[who].contains(place)) {
          change([&](Database& it) {
            return it.removeSubscription(user(who), conversation(place));
          });
          places[who].erase(place);
        } else {
          // Joining for the first time makes no news of what was there.
          readUpTo.try_emplace({who, place}, senders[place].size());
          subscribe(who, place);
          places[who].insert(place);
        }
        break;
    }
    for (std::uint64_t one = 1; one <= 3; ++one) {
      const auto rows = reader_->readingOf(user(one));
      ASSERT_TRUE(rows);
      ASSERT_EQ(rows->size(), places[one].size());
      auto expected = places[one].begin();
      for (const ReadingState& row : *rows) {
        const std::uint64_t at = *expected++;
        const std::uint64_t mark = readUpTo[{one, at}];
        std::uint64_t unread = 0;
        for (std::uint64_t seq = mark + 1; seq <= senders[at].size(); ++seq) {
          if (senders[at][seq - 1] != one) ++unread;
        }
        ASSERT_EQ(row.conversationId, conversation(at));
        ASSERT_EQ(row.lastSeq, senders[at].size());
        ASSERT_EQ(row.lastReadSeq, mark) << "step " << step;
        ASSERT_EQ(row.unread, unread) << "step " << step << " user " << one << " place " << at;
      }
    }
  }
}

TEST_P(ReadingTest, MessagesOfARoomBecomeReadForTheirSender) {
  say(1, 1);
  say(1, 2);
  say(1, 1);
  EXPECT_TRUE(read(2, 1, 2));
  const auto rows = reader_->messagesSince(conversation(1), 0, 10);
  ASSERT_TRUE(rows);
  std::vector<MessageStatus> statuses;
  for (const StoredMessage& row : *rows) statuses.push_back(row.status);
  EXPECT_THAT(statuses, ElementsAre(MessageStatus::kRead, MessageStatus::kUnread,
                                    MessageStatus::kUnread));
  const ObjectId place = conversation(1);
  const auto marks = reader_->readMarks({&place, 1}, 5, 10);
  ASSERT_TRUE(marks);
  ASSERT_EQ(marks->size(), 1U);
  EXPECT_EQ(marks->front().seq, 2U);
  EXPECT_EQ(marks->front().messageId, rows->at(1).id);
  EXPECT_THAT(*reader_->readMarks({&place, 1}, 6, 10), IsEmpty());
}

TEST_P(ReadingTest, OthersMessagesArePendingUntilDelivered) {
  subscribe(2, 3);
  say(1, 1);
  say(1, 2);
  say(1, 1);
  say(3, 3);
  EXPECT_THAT(pending(2), ElementsAre(1, 3, 1));
  EXPECT_THAT(pending(2, 2), ElementsAre(1, 3));
  bool moved = false;
  change([&](Database& it) { return it.advanceDelivered(user(2), conversation(1), 1, moved); });
  EXPECT_TRUE(moved);
  EXPECT_THAT(pending(2), ElementsAre(3, 1));
  change([&](Database& it) { return it.advanceDelivered(user(2), conversation(1), 1, moved); });
  EXPECT_FALSE(moved);
  EXPECT_TRUE(read(2, 3, 1)) << "what is read was delivered";
  EXPECT_THAT(pending(2), ElementsAre(3));
}

TEST_P(ReadingTest, ASocketThatIsGoneRaisesTheMarksUnlessSomethingBeforeItIsPending) {
  say(1, 1);
  const std::uint64_t connected = database_->lastCommitNo();
  say(1, 1);
  const std::uint64_t proven = database_->lastCommitNo();
  say(1, 1);
  raise(2, connected, proven);
  EXPECT_THAT(pending(2), ElementsAre(1, 2, 3)) << "the first one was never answered";
  bool moved = false;
  change([&](Database& it) { return it.advanceDelivered(user(2), conversation(1), 1, moved); });
  raise(2, connected, proven);
  EXPECT_THAT(pending(2), ElementsAre(3));
  raise(2, kAll, kAll);
  EXPECT_THAT(pending(2), ElementsAre(3)) << "never connected so far that it could know";
  raise(2, proven, kAll);
  EXPECT_THAT(pending(2), IsEmpty());
}

TEST_P(ReadingTest, WhatWasOfferedThreeTimesIsPendingNoMore) {
  say(1, 1);
  const auto offer = [&](std::uint64_t seq) {
    change([&](Database& it) { return it.noteOffered(user(2), conversation(1), seq); });
  };
  for (int time = 0; time < 3; ++time) {
    EXPECT_THAT(pending(2), ElementsAre(1));
    offer(1);
  }
  EXPECT_THAT(pending(2), IsEmpty());
  say(1, 1);
  EXPECT_THAT(pending(2), ElementsAre(2));
  offer(2);
  EXPECT_THAT(pending(2), ElementsAre(2)) << "the earlier one stays away";
}

TEST_P(ReadingTest, PositionsFindWhatCameLater) {
  for (int i = 0; i < 5; ++i) say(1, 1);
  EXPECT_EQ(*reader_->commitNoAt(conversation(1), 3), 0U + reader_->messagesSince(conversation(1), 2, 1)->front().commitNo);
  EXPECT_EQ(*reader_->commitNoAt(conversation(1), 0), 0U);
  EXPECT_EQ(reader_->messagesSince(conversation(1), 3, 10)->size(), 2U);
  EXPECT_THAT(*reader_->changesSince(conversation(1), 5, 0, 10), IsEmpty());
  EXPECT_EQ(*reader_->lastCommitNo(), database_->lastCommitNo());
  const auto found = reader_->message(test::messageRecord(4, 1).id);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->seq, 4U);
}

TEST_P(ReadingTest, KeepsWhenSomebodyWasLastSeen) {
  const ObjectId one = user(1);
  for (const WallMs seen : {7, 9}) {
    change([&](Database& it) { return it.putPresence({one, 3, seen}); });
    const auto rows = reader_->presenceOf({&one, 1});
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ(rows->front().lastSeen, seen);
    EXPECT_EQ(rows->front().status, 3);
  }
}

}  // namespace
}  // namespace rookery::store
