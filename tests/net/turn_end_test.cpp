#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "rookery/base/random.h"
#include "rookery/net/loop.h"
#include "support/manual_clock.h"

namespace rookery::net {
namespace {

constexpr std::size_t kCrowd = 1'000;

class BareLoop final : public Loop {
 public:
  BareLoop(const base::Clock& clock, base::Random& random) : Loop(0, clock, random) {
    bindToThisThread();
  }
  void turn() { endTurn(); }
  [[nodiscard]] bool hasWork() { return prepareToSleep().count() == 0; }

 private:
  void wake() override {}
};

class TurnEnd : public testing::Test {
 protected:
  class Listener final : public TurnEndListener {
   public:
    explicit Listener(std::vector<const Listener*>& heard) : heard_(heard) {}
    void onTurnEnd() override { heard_.push_back(this); }

   private:
    std::vector<const Listener*>& heard_;
  };

  Listener& ask() {
    listeners_.push_back(std::make_unique<Listener>(heard_));
    loop_.atTurnEnd(*listeners_.back());
    return *listeners_.back();
  }
  [[nodiscard]] std::ptrdiff_t times(const Listener& one) const {
    return std::ranges::count(heard_, &one);
  }

  test::ManualClock clock_;
  base::SystemRandom random_;
  BareLoop loop_{clock_, random_};
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<const Listener*> heard_;
};

TEST_F(TurnEnd, WhoAsksAfterACrowdDoesNotWaitForAllOfIt) {
  for (std::size_t i = 0; i < kCrowd; ++i) ask();
  loop_.turn();
  EXPECT_LT(heard_.size(), kCrowd);
  EXPECT_TRUE(loop_.hasWork());
  const std::size_t before = heard_.size();
  const Listener& late = ask();
  loop_.turn();
  EXPECT_EQ(heard_.at(before), &late);
  EXPECT_EQ(times(late), 1);
  EXPECT_LT(heard_.size(), kCrowd);
}

TEST_F(TurnEnd, EverybodyHearsOnceHoweverManyGoOnToAsk) {
  for (std::size_t i = 0; i < kCrowd; ++i) ask();
  for (int turn = 0; turn < 20; ++turn) {
    for (std::size_t i = 0; i < kCrowd / 5; ++i) ask();
    loop_.turn();
  }
  for (std::size_t i = 0; i < kCrowd; ++i) EXPECT_EQ(times(*listeners_[i]), 1) << i;
  while (loop_.hasWork()) loop_.turn();
  for (const auto& one : listeners_) ASSERT_EQ(times(*one), 1);
}

TEST_F(TurnEnd, WhoIsForgottenWhileHeWaitsHearsNothing) {
  for (std::size_t i = 0; i < kCrowd; ++i) ask();
  loop_.turn();
  Listener& last = *listeners_.back();
  loop_.forgetTurnEnd(last);
  while (loop_.hasWork()) loop_.turn();
  EXPECT_EQ(times(last), 0);
  EXPECT_EQ(heard_.size(), kCrowd - 1);
}

}  // namespace
}  // namespace rookery::net
