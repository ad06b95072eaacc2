// Outcomes that are told while the writer is at the next group: in one order, and nothing that must
// fail with a failed message is committed before its failure was told.
#include "store/store_writer_fixture.h"

namespace rookery::store {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class OutcomeTellerTest : public StoreWriterFixture {
 protected:
  OutcomeTellerTest() { tellsApart_ = true; }

  void submitMany(std::uint64_t from, std::uint64_t to, std::uint64_t generation = 0) {
    for (std::uint64_t seq = from; seq <= to; ++seq) {
      submit(test::messageRecord(seq, 1, generation));
    }
  }
  /// The n-th operation of the store from now fails for good: one message of it.
  void poison(std::uint64_t seq) {
    plan_.insertOf([seq](const MessageRecord& one) { return one.seq == seq; },
                   WriteFault::kStatement);
  }
};

TEST_P(OutcomeTellerTest, CommitsTheNextGroupMeanwhile) {
  open();
  submitMany(1, 20);
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "");
  EXPECT_THAT(storedSeqs(), SizeIs(20));
  submitMany(21, 40);
  executor_.runUntilIdle();
  EXPECT_THAT(storedSeqs(), SizeIs(40));
  EXPECT_EQ(writer_->queuedRecords(), 40u) << "a slot is given back when its outcome was told";
  EXPECT_EQ(writer_->publishedCommitNo(), 0u);
  ASSERT_TRUE(teller_.runOne());
  EXPECT_EQ(writer_->queuedRecords(), 20u);
  EXPECT_EQ(writer_->publishedCommitNo(), 20u);
  teller_.runUntilIdle();
  EXPECT_THAT(groups_, ElementsAre(20, 20));
  EXPECT_EQ(writer_->publishedCommitNo(), 40u);
}

TEST_P(OutcomeTellerTest, TellsAFewAtOnceUnlessOthersWait) {
  open();
  submit(test::messageRecord(1));
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "+1 ");
  submitMany(2, 21);
  executor_.runUntilIdle();
  submit(test::messageRecord(22));
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "+1 ") << "22 is told behind those that wait";
  teller_.runUntilIdle();
  EXPECT_TRUE(log().ends_with("+21 +22 "));
}

TEST_P(OutcomeTellerTest, NothingIsCommittedBehindAFailureThatIsNotTold) {
  open();
  submitMany(1, 20);
  poison(11);
  executor_.runUntilIdle();
  submitMany(21, 30);  // numbered before anybody heard of the failure
  executor_.runUntilIdle();
  EXPECT_THAT(storedSeqs(), SizeIs(10));
  teller_.runUntilIdle();
  executor_.runUntilIdle();
  teller_.runUntilIdle();
  EXPECT_THAT(storedSeqs(), SizeIs(10));
  EXPECT_TRUE(log().starts_with("+1 +2 +3 +4 +5 +6 +7 +8 +9 +10 -11 -12 "));
  EXPECT_TRUE(log().ends_with("-29 -30 "));
  plan_.heal();
  submitMany(11, 20, 1);  // the next generation, under the numbers that are free again
  executor_.runUntilIdle();
  teller_.runUntilIdle();
  EXPECT_THAT(storedSeqs(), SizeIs(20));
}

TEST_P(OutcomeTellerTest, SpreadsTheOutcomesOfASlowCommit) {
  open();
  using std::chrono::milliseconds;
  write(
      [this](Database&) {
        executor_.clock().advance(milliseconds{100});
        return WriteResult{};
      },
      nullptr);
  submitMany(1, 40);
  executor_.runUntilIdle();
  submitMany(41, 60);
  executor_.runUntilIdle();
  teller_.runUntilIdle();
  EXPECT_THAT(settled_, SizeIs(15)) << "the first slice, with the job";
  teller_.clock().advance(milliseconds{8});  // a quarter of the commit's time, over three slices
  teller_.runUntilIdle();
  EXPECT_THAT(settled_, SizeIs(31));
  teller_.clock().advance(milliseconds{8});
  teller_.runUntilIdle();
  EXPECT_THAT(settled_, SizeIs(60)) << "the next group was quick";
}

TEST_P(OutcomeTellerTest, EndsWhenAllWasTold) {
  open();
  submitMany(1, 20);
  bool isDrained = false;
  writer_->close([&] { isDrained = true; });
  executor_.runUntilIdle();
  EXPECT_FALSE(isDrained);
  teller_.runUntilIdle();
  executor_.runUntilIdle();
  EXPECT_TRUE(isDrained);
}

TEST_P(OutcomeTellerTest, RetriesGoOnWhileFailuresAreTold) {
  open({.retryFor = std::chrono::milliseconds{50}});
  plan_.everyCommit(WriteFault::kTransient);
  submitMany(1, 20);
  pass(std::chrono::milliseconds{60});
  EXPECT_EQ(log(), "");
  plan_.heal();
  pass(std::chrono::milliseconds{2'000});
  EXPECT_FALSE(writer_->healthy()) << "nothing is committed, not even a probe";
  teller_.runUntilIdle();
  pass(std::chrono::milliseconds{2'000});
  EXPECT_TRUE(writer_->healthy());
  submitMany(1, 20, 1);
  executor_.runUntilIdle();
  teller_.runUntilIdle();
  EXPECT_THAT(storedSeqs(), SizeIs(20));
  EXPECT_THAT(settled_, SizeIs(40)) << "each was told once";
}

INSTANTIATE_TEST_SUITE_P(All, OutcomeTellerTest, test::storeBackends(), test::backendName);

}  // namespace
}  // namespace rookery::store
