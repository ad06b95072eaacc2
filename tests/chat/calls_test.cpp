#include "rookery/chat/calls.h"

#include <gtest/gtest.h>

#include "support/manual_clock.h"

namespace rookery::chat {
namespace {

using std::chrono::milliseconds;

base::ObjectId idOf(std::uint8_t number) {
  base::ObjectId id;
  id.bytes[11] = number;
  return id;
}

const base::ObjectId kAda = idOf(1);
const base::ObjectId kBen = idOf(2);
const base::ObjectId kCleo = idOf(3);
constexpr socketio::SocketRef kAdasPhone{0, 1, 1};
constexpr socketio::SocketRef kAdasLaptop{1, 1, 1};
constexpr socketio::SocketRef kBensPhone{0, 2, 1};
constexpr socketio::SocketRef kBensLaptop{1, 2, 1};

}  // namespace

class CallsTest : public testing::Test {
 protected:
  test::ManualClock clock_;
  base::SystemRandom random_;
  base::ObjectIdGenerator ids_{clock_, random_};
  Calls calls_{clock_, ids_};
};

TEST_F(CallsTest, OfferRingsOnAllSocketsOfTheCallee) {
  const auto route = calls_.offer(kAda, kAdasPhone, kBen);
  EXPECT_EQ(route.user, kBen);
  EXPECT_FALSE(route.socket);
  EXPECT_EQ(route.callId.size(), 24u);
}

TEST_F(CallsTest, RepeatedOfferKeepsItsCall) {
  const std::string first = calls_.offer(kAda, kAdasPhone, kBen).callId;
  EXPECT_EQ(calls_.offer(kAda, kAdasPhone, kBen).callId, first);
  EXPECT_EQ(calls_.offer(kBen, kBensPhone, kAda).callId, first) << "both called at once";
  EXPECT_NE(calls_.offer(kAda, kAdasPhone, kCleo).callId, first);
}

TEST_F(CallsTest, OfferLongAfterTheAnswerBeginsAnotherCall) {
  const std::string first = calls_.offer(kAda, kAdasPhone, kBen).callId;
  ASSERT_TRUE(calls_.answer(kBen, kBensPhone, kAda));
  clock_.advance(milliseconds{60'000});
  EXPECT_EQ(calls_.offer(kAda, kAdasPhone, kBen).callId, first);
  clock_.advance(milliseconds{1});
  EXPECT_NE(calls_.offer(kAda, kAdasPhone, kBen).callId, first);
}

TEST_F(CallsTest, AfterTheAnswerSignalsPassBetweenTheTwoSocketsAlone) {
  (void)calls_.offer(kAda, kAdasPhone, kBen);
  const auto answer = calls_.answer(kBen, kBensPhone, kAda);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->user, kAda);
  EXPECT_EQ(answer->socket, kAdasPhone);
  EXPECT_FALSE(answer->drop);

  const auto fromAda = calls_.signal(kAda, kAdasPhone, kBen);
  ASSERT_TRUE(fromAda);
  EXPECT_EQ(fromAda->socket, kBensPhone);
  EXPECT_FALSE(fromAda->drop);
  const auto fromOtherDevice = calls_.signal(kAda, kAdasLaptop, kBen);
  ASSERT_TRUE(fromOtherDevice);
  EXPECT_TRUE(fromOtherDevice->drop);
}

TEST_F(CallsTest, SecondAnswerIsAcknowledgedAndDropped) {
  (void)calls_.offer(kAda, kAdasPhone, kBen);
  ASSERT_TRUE(calls_.answer(kBen, kBensPhone, kAda));
  const auto second = calls_.answer(kBen, kBensLaptop, kAda);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->drop);
}

TEST_F(CallsTest, CandidatesBeforeTheOfferGoToWhomTheyName) {
  const auto early = calls_.signal(kAda, kAdasPhone, kBen);
  ASSERT_TRUE(early);
  EXPECT_EQ(early->user, kBen);
  EXPECT_FALSE(early->drop);
  const auto toNobody = calls_.signal(kAda, kAdasPhone, std::nullopt);
  ASSERT_FALSE(toNobody);
  EXPECT_EQ(toNobody.error().code, base::ErrorCode::kNotFound);
}

TEST_F(CallsTest, AnswerNeedsACall) {
  const auto answer = calls_.answer(kBen, kBensPhone, kAda);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::ErrorCode::kNotFound);
}

TEST_F(CallsTest, IsForgottenAfterTenSilentMinutes) {
  (void)calls_.offer(kAda, kAdasPhone, kBen);
  clock_.advance(std::chrono::minutes{10});
  calls_.sweep();
  ASSERT_TRUE(calls_.signal(kBen, kBensPhone, std::nullopt)) << "it spoke, so it is kept";
  clock_.advance(std::chrono::minutes{10} + milliseconds{1});
  calls_.sweep();
  EXPECT_FALSE(calls_.signal(kBen, kBensPhone, std::nullopt));
}

}  // namespace rookery::chat
