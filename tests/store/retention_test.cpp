// Messages that are kept no longer: which they are, and what goes with them.
#include <gmock/gmock.h>

#include <map>
#include <random>

#include "support/open_store.h"
#include "support/store_records.h"

namespace rookery::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr WallMs kDayMs = 86'400'000;
constexpr WallMs kStart = 1'790'000'000'000;

class RetentionTest : public test::OpenStore {
 protected:
  void SetUp() override {
    OpenStore::SetUp();
    for (std::uint64_t i = 1; i <= 2; ++i) {
      change([&](Database& it) {
        WorkspaceRecord workspace;
        workspace.id = space(i);
        workspace.name = "w" + std::to_string(i);
        workspace.joinCode = "ABCDEF";
        return it.insertWorkspace(workspace);
      });
    }
    for (std::uint64_t place = 1; place <= 3; ++place) {
      change([&](Database& it) {
        return it.insertChannel({channel(place), space(place <= 2 ? 1 : 2),
                                 "c" + std::to_string(place), kStart, kStart});
      });
    }
    change([&](Database& it) { return it.insertUser(test::userRecord(1)); });
  }

  static ObjectId space(std::uint64_t number) { return test::idOf(5'000'000 + number); }
  static ObjectId channel(std::uint64_t number) {
    return test::idOf(test::kConversations + number);
  }
  /// An id that is made at that time; two of the same time rise.
  ObjectId idAt(WallMs time) {
    ObjectId id = test::idOf(++made_);
    const auto seconds = static_cast<std::uint32_t>(time / 1000);
    for (unsigned i = 0; i < 4; ++i) {
      id.bytes[i] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
    }
    return id;
  }
  ObjectId say(std::uint64_t place, WallMs time) {
    MessageRecord record = test::messageRecord(++lastSeq_[place], place);
    record.id = idAt(time);
    record.createdAt = time;
    change([&](Database& it) { return it.insertMessage(record, it.lastCommitNo() + 1); });
    return record.id;
  }
  /// Deletes by the rule; how many went.
  std::uint64_t apply(std::uint64_t number, std::uint64_t keep, WallMs since = 0) {
    std::uint64_t all = 0;
    while (true) {
      const auto cut = reader_->retentionCut(space(number), keep, since);
      EXPECT_TRUE(cut);
      if (!cut || !*cut) return all;
      std::uint64_t count = 1;
      while (count > 0) {
        change([&](Database& it) { return it.deleteOldest(space(number), **cut, count); });
        all += count;
      }
    }
  }
  std::vector<std::uint64_t> left(std::uint64_t place) {
    std::vector<std::uint64_t> all;
    const auto rows = reader_->messagesSince(channel(place), 0, 10'000);
    EXPECT_TRUE(rows);
    for (const StoredMessage& row : *rows) all.push_back(row.seq);
    return all;
  }

  std::uint64_t made_ = 0;
  std::map<std::uint64_t, std::uint64_t> lastSeq_;
};

TEST_P(RetentionTest, KeepsTheNewestOfAllChannelsOfAWorkspaceTogether) {
  for (int i = 0; i < 4; ++i) {
    say(1, kStart + i * 10'000);
    say(2, kStart + i * 10'000 + 5'000);
    say(3, kStart);
  }
  EXPECT_EQ(apply(1, 8), 0u);
  EXPECT_EQ(apply(1, 5), 3u);
  EXPECT_THAT(left(1), ElementsAre(3, 4));
  EXPECT_THAT(left(2), ElementsAre(2, 3, 4));
  EXPECT_THAT(left(3), ElementsAre(1, 2, 3, 4)) << "of another workspace";
}

TEST_P(RetentionTest, DeletesWhatIsTooOld) {
  say(1, kStart - 3 * kDayMs);
  say(1, kStart - kDayMs - 1'000);
  say(1, kStart - kDayMs);
  say(1, kStart);
  say(2, kStart - 9 * kDayMs);
  EXPECT_EQ(apply(1, 0, kStart - kDayMs), 2u);
  EXPECT_THAT(left(1), ElementsAre(3, 4));
  EXPECT_THAT(left(2), ElementsAre(1)) << "the newest of a channel stays, or numbers began anew";
  EXPECT_EQ(reader_->conversationState(channel(2))->lastSeq, 1u);
}

TEST_P(RetentionTest, BothRulesTogether) {
  for (int i = 0; i < 6; ++i) say(1, kStart + i * kDayMs);
  EXPECT_EQ(apply(1, 5, kStart + 2 * kDayMs), 2u);
  EXPECT_EQ(apply(1, 2, kStart + 2 * kDayMs), 2u);
  EXPECT_THAT(left(1), ElementsAre(5, 6));
}

TEST_P(RetentionTest, NewestStaysWhateverTheNumber) {
  say(1, kStart);
  say(2, kStart);
  EXPECT_EQ(apply(1, 1), 0u);
  say(2, kStart + 1'000);
  EXPECT_EQ(apply(1, 1), 1u);
  EXPECT_THAT(left(1), ElementsAre(1));
  EXPECT_THAT(left(2), ElementsAre(2));
}

TEST_P(RetentionTest, AClockThatStepsBackKeepsMoreNotLess) {
  say(1, kStart + kDayMs);
  say(1, kStart);  // the clock was set right
  say(1, kStart + 2 * kDayMs);
  EXPECT_EQ(apply(1, 0, kStart + kDayMs / 2), 0u) << "an older number is not too old yet";
  EXPECT_EQ(apply(1, 0, kStart + kDayMs + 1'000), 2u);
}

TEST_P(RetentionTest, TakesWhatHangsOnTheMessages) {
  const ObjectId first = say(1, kStart);
  say(1, kStart + 1'000);
  MessageChange outcome;
  change([&](Database& it) { return it.editMessage(first, "edited", {}, 5, outcome); });
  change([&](Database& it) {
    return it.setReaction(first, test::userRecord(1).id, "+1", true, 6, outcome);
  });
  ASSERT_THAT(*reader_->versionsOf(first), testing::SizeIs(1));
  EXPECT_EQ(apply(1, 1), 1u);
  EXPECT_FALSE(*reader_->message(first));
  EXPECT_THAT(*reader_->versionsOf(first), IsEmpty());
  EXPECT_THAT(*reader_->reactionsOf(std::vector{first}, test::userRecord(1).id), IsEmpty());
}

TEST_P(RetentionTest, GoesOnWhereNumbersWere) {
  for (int i = 0; i < 1'300; ++i) say(1, kStart + i * 1'000);
  EXPECT_EQ(apply(1, 10), 1'290u) << "more than one slice";
  say(1, kStart + 2'000'000);
  EXPECT_EQ(left(1).back(), 1'301u);
}

TEST_P(RetentionTest, KeepsWhatANaiveModelKeeps) {
  std::mt19937_64 random(7);
  struct Made {
    std::uint64_t place;
    ObjectId id;
  };
  std::vector<Made> model;
  WallMs time = kStart;
  for (int step = 0; step < 300; ++step) {
    time += static_cast<WallMs>(random() % 20'000);
    const std::uint64_t place = 1 + random() % 2;
    model.push_back({place, say(place, time)});
    if (random() % 20 != 0) continue;
    const std::uint64_t keep = 1 + random() % 40;
    apply(1, keep);
    while (model.size() > keep) {
      const auto oldest = std::ranges::find_if(model, [&](const Made& one) {
        return std::ranges::count(model, one.place, &Made::place) > 1;
      });
      if (oldest == model.end()) break;
      model.erase(oldest);
    }
    ASSERT_EQ(left(1).size() + left(2).size(), model.size());
    for (const Made& one : model) ASSERT_TRUE(*reader_->message(one.id));
  }
}

INSTANTIATE_TEST_SUITE_P(All, RetentionTest, test::storeBackends(), test::backendName);

}  // namespace
}  // namespace rookery::store
