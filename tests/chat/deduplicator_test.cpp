#include "rookery/chat/deduplicator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rookery::chat {
namespace {

using Verdict = Deduplicator::Verdict;

base::ObjectId idOf(std::uint8_t number) {
  base::ObjectId id;
  id.bytes[11] = number;
  return id;
}

socketio::AckTarget socketOf(std::uint32_t slot) { return {{0, slot, 1}, 7}; }

const base::ObjectId kAda = idOf(1);
const base::ObjectId kBen = idOf(2);
const base::ObjectId kRoom = idOf(10);
const base::ObjectId kOtherRoom = idOf(11);

/// A message of kAda.
Deduplicator::Confirmed confirmed(std::string id, std::size_t bodyBytes = 1) {
  auto message = std::make_shared<store::StoredMessage>();
  message->senderId = kAda;
  message->clientMessageId = std::move(id);
  message->body.assign(bodyBytes, 'x');
  return message;
}

}  // namespace

class DeduplicatorTest : public testing::Test {
 protected:
  DeduplicatorTest() { deduplicator_.stored(); }

  Verdict decide(const base::ObjectId& sender, std::string_view id,
                 const base::ObjectId& conversation = kRoom, std::uint32_t slot = 0,
                 bool notStored = false) {
    return deduplicator_.decide(sender, id, conversation, socketOf(slot), notStored).verdict;
  }

  Deduplicator deduplicator_;
};

TEST_F(DeduplicatorTest, AsksTheStoreForEveryIdUntilTheFilterStands) {
  Deduplicator fresh;
  EXPECT_EQ(fresh.decide(kAda, "a", kRoom, socketOf(0), false).verdict, Verdict::kMaybeStored);
  EXPECT_EQ(fresh.decide(kAda, "a", kRoom, socketOf(0), true).verdict, Verdict::kNew);
  fresh.stored();
  EXPECT_EQ(fresh.decide(kAda, "b", kRoom, socketOf(0), false).verdict, Verdict::kNew);
}

TEST_F(DeduplicatorTest, ResendsWaitForTheOutcomeOfTheFirst) {
  EXPECT_EQ(decide(kAda, "a"), Verdict::kNew);
  EXPECT_EQ(decide(kAda, "a", kRoom, 1), Verdict::kWaits);
  EXPECT_EQ(decide(kAda, "a", kRoom, 2), Verdict::kWaits);
  const auto waiting = deduplicator_.settle(kAda, "a", confirmed("a"));
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].socket.slot, 1u);
  EXPECT_EQ(waiting[1].socket.slot, 2u);
  EXPECT_EQ(decide(kAda, "a", kRoom, 3), Verdict::kConfirmed);
}

TEST_F(DeduplicatorTest, IdsAreTheSendersOwn) {
  EXPECT_EQ(decide(kAda, "a"), Verdict::kNew);
  EXPECT_EQ(decide(kBen, "a"), Verdict::kNew);
}

TEST_F(DeduplicatorTest, SameIdForAnotherConversationIsAConflictWhileTheFirstIsInFlight) {
  EXPECT_EQ(decide(kAda, "a"), Verdict::kNew);
  EXPECT_EQ(decide(kAda, "a", kOtherRoom), Verdict::kConflict);
}

TEST_F(DeduplicatorTest, FailedIdIsFreeAgainOnceTheStoreWasAsked) {
  EXPECT_EQ(decide(kAda, "a"), Verdict::kNew);
  EXPECT_TRUE(deduplicator_.settle(kAda, "a").empty());
  EXPECT_EQ(decide(kAda, "a"), Verdict::kMaybeStored) << "the filter cannot forget an id";
  EXPECT_EQ(decide(kAda, "a", kRoom, 0, true), Verdict::kNew);
}

TEST_F(DeduplicatorTest, RefusesMoreThan64WhoWaitForOneOutcome) {
  EXPECT_EQ(decide(kAda, "a"), Verdict::kNew);
  for (std::uint32_t i = 0; i < 64; ++i) EXPECT_EQ(decide(kAda, "a", kRoom, i), Verdict::kWaits);
  EXPECT_EQ(decide(kAda, "a", kRoom, 64), Verdict::kTooMany);
  EXPECT_EQ(deduplicator_.settle(kAda, "a").size(), 64u);
}

TEST_F(DeduplicatorTest, WhatTheStoreHasIsAskedForAfterARestart) {
  Deduplicator restarted;
  restarted.expect(2);
  restarted.addStored(kAda, "a");
  restarted.stored();
  EXPECT_EQ(restarted.decide(kAda, "a", kRoom, socketOf(0), false).verdict, Verdict::kMaybeStored);
}

TEST_F(DeduplicatorTest, FilterGrowsBeyondWhatItWasMadeForAndRarelyErrs) {
  Deduplicator small;
  small.expect(10);
  constexpr int kStored = 20'000;
  for (int i = 0; i < kStored; ++i) small.addStored(kAda, "stored-" + std::to_string(i));
  small.stored();
  for (int i = 0; i < kStored; ++i) {
    const std::string id = "stored-" + std::to_string(i);
    ASSERT_EQ(small.decide(kAda, id, kRoom, socketOf(0), false).verdict, Verdict::kMaybeStored)
        << "a stored message would be sent twice: " << id;
  }
  int asked = 0;
  for (int i = 0; i < kStored; ++i) {
    const std::string id = "new-" + std::to_string(i);
    if (small.decide(kBen, id, kRoom, socketOf(0), false).verdict != Verdict::kNew) ++asked;
  }
  EXPECT_LE(asked, kStored / 100) << "every wrong 'maybe' costs a query";
}

TEST_F(DeduplicatorTest, RemembersConfirmedMessagesUpToItsLimitAndForgetsTheOldest) {
  constexpr std::size_t kMegabyte = 1UL << 20;
  constexpr std::size_t kMany = 4 * Deduplicator::kRememberedBytes / kMegabyte;
  for (std::size_t i = 0; i < kMany; ++i) {
    const std::string id = std::to_string(i);
    ASSERT_EQ(decide(kAda, id), Verdict::kNew);
    EXPECT_TRUE(deduplicator_.settle(kAda, id, confirmed(id, kMegabyte)).empty());
  }
  std::size_t remembered = 0;
  for (std::size_t i = 0; i < kMany; ++i) {
    if (decide(kAda, std::to_string(i)) == Verdict::kConfirmed) ++remembered;
  }
  // Each of its 64 shards keeps at least the last one.
  EXPECT_GE(remembered, 1u);
  EXPECT_LE(remembered, 64u);
  EXPECT_EQ(decide(kAda, std::to_string(kMany - 1)), Verdict::kConfirmed);
}

TEST_F(DeduplicatorTest, WhatWasForgottenIsLetGoOfAsWell) {
  constexpr std::size_t kMegabyte = 1UL << 20;
  constexpr std::size_t kMany = 4 * Deduplicator::kRememberedBytes / kMegabyte;
  std::vector<std::weak_ptr<const store::StoredMessage>> messages;
  for (std::size_t i = 0; i < kMany; ++i) {
    const std::string id = std::to_string(i);
    ASSERT_EQ(decide(kAda, id), Verdict::kNew);
    const Deduplicator::Confirmed message = confirmed(id, kMegabyte);
    messages.push_back(message);
    EXPECT_TRUE(deduplicator_.settle(kAda, id, message).empty());
    deduplicator_.forget(kAda, id);
  }
  const auto alive =
      std::ranges::count_if(messages, [](const auto& one) { return !one.expired(); });
  EXPECT_LE(alive, 64);  // as above
}

}  // namespace rookery::chat
