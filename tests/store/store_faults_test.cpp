// What the writer does when the store fails: delivery.md, Failure.
#include <sys/resource.h>

#include <csignal>

#include "store/store_writer_fixture.h"

namespace rookery::store {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

class StoreFaultsTest : public StoreWriterFixture {};
INSTANTIATE_TEST_SUITE_P(All, StoreFaultsTest, test::storeBackends(), test::backendName);

bool isSeq3Of1(const MessageRecord& record) {
  return record.seq == 3 && record.conversationId == test::idOf(test::kConversations + 1);
}

TEST_P(StoreFaultsTest, BadRecordFailsWithWhatFollowsInItsConversationAndNothingElse) {
  open();
  plan_.insertOf(isSeq3Of1, WriteFault::kStatement);
  for (std::uint64_t seq = 1; seq <= 5; ++seq) {
    submit(test::messageRecord(seq, 1));
    submit(test::messageRecord(seq, 2));
  }
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "+1 +1 +2 +2 -3 +3 -4 +4 -5 +5 ");
  EXPECT_THAT(storedSeqs(1), ElementsAre(1, 2));
  EXPECT_THAT(storedSeqs(2), ElementsAre(1, 2, 3, 4, 5));
  for (const Settled& one : settled_) {
    if (!one.error) continue;
    EXPECT_EQ(one.error->code, ErrorCode::kStoreFailed);
    EXPECT_TRUE(one.retryable);
  }
  for (std::size_t i = 0, no = 0; i < settled_.size(); ++i) {
    if (settled_[i].error) continue;
    EXPECT_EQ(settled_[i].commitNo, ++no) << "numbers have a hole";
  }
}

TEST_P(StoreFaultsTest, RecordThatOnlyCommitRefusesIsFoundByHalving) {
  open();
  plan_.commitWith(isSeq3Of1, WriteFault::kStatement);
  for (std::uint64_t seq = 1; seq <= 20; ++seq) {
    submit(test::messageRecord(seq, 1));
    submit(test::messageRecord(seq, 2));
  }
  executor_.runUntilIdle();
  EXPECT_THAT(storedSeqs(1), ElementsAre(1, 2));
  EXPECT_EQ(storedSeqs(2).size(), 20u);
  EXPECT_EQ(settled_.size(), 40u);
}

TEST_P(StoreFaultsTest, OlderGenerationsInFlightFailAndNewerOnesAreCommitted) {
  open({.recordsPerCommit = 2});
  plan_.insertOf([](const MessageRecord& it) { return it.seq == 1 && it.generation == 0; },
                 WriteFault::kStatement);
  // What chat does: the number goes back and the generation rises while the failure is told.
  onOne_ = [this](Settled& one) {
    if (one.error && one.record.seq == 1) {
      submit(test::messageRecord(1, 1, 1));
      submit(test::messageRecord(2, 1, 1));
    }
  };
  for (std::uint64_t seq = 1; seq <= 5; ++seq) submit(test::messageRecord(seq));
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "-1 -2 -3 -4 -5 +1 +2 ");
  EXPECT_THAT(storedSeqs(), ElementsAre(1, 2));
}

TEST_P(StoreFaultsTest, SecondFailureCoversTheGenerationThatCameAfterTheFirst) {
  open({.recordsPerCommit = 1});
  plan_.insertOf([](const MessageRecord& it) { return it.seq == 1 && it.generation < 2; },
                 WriteFault::kStatement);
  onOne_ = [this](Settled& one) {
    if (one.error && one.record.seq == 1) {
      const std::uint64_t next = one.record.generation + 1;
      submit(test::messageRecord(1, 1, next));
      submit(test::messageRecord(2, 1, next));
    }
  };
  submit(test::messageRecord(1));
  submit(test::messageRecord(2));
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "-1 -2 -1 -2 +1 +2 ");
  EXPECT_THAT(storedSeqs(), ElementsAre(1, 2));
}

TEST_P(StoreFaultsTest, SameGenerationIsTakenAgainOnceAllThatWasInFlightIsSettled) {
  open();
  plan_.insertOf(isSeq3Of1, WriteFault::kStatement);
  submit(test::messageRecord(3));
  executor_.runUntilIdle();
  plan_.heal();
  submit(test::messageRecord(3));
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "-3 +3 ") << "the failure was remembered longer than needed";
}

TEST_P(StoreFaultsTest, ClientIdThatExistsIsAConflictAndCarriesTheFirst) {
  open();
  submit(test::withClientId(test::messageRecord(1, 1), "same"));
  executor_.runUntilIdle();
  submit(test::withClientId(test::messageRecord(1, 2), "same"));
  submit(test::messageRecord(2, 2));
  submit(test::withClientId(test::messageRecord(2, 1), "other"));
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "+1 -1 -2 +2 ");
  const Settled& conflict = settled_[1];
  EXPECT_EQ(conflict.error->code, ErrorCode::kConflict);
  EXPECT_FALSE(conflict.retryable);
  ASSERT_TRUE(conflict.first);
  EXPECT_EQ(conflict.first->id, settled_[0].record.id);
  EXPECT_EQ(conflict.first->commitNo, settled_[0].commitNo);
  const Settled& follower = settled_[2];
  EXPECT_EQ(follower.error->code, ErrorCode::kStoreFailed);
  EXPECT_TRUE(follower.retryable);
  EXPECT_FALSE(follower.first);
}

TEST_P(StoreFaultsTest, ConflictWithinOneGroupFindsTheFirstOfTheGroup) {
  open();
  submit(test::withClientId(test::messageRecord(1, 1), "same"));
  submit(test::withClientId(test::messageRecord(1, 2), "same"));
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "+1 -1 ");
  ASSERT_TRUE(settled_[1].first);
  EXPECT_EQ(settled_[1].first->id, settled_[0].record.id);
  EXPECT_EQ(settled_[1].first->commitNo, settled_[0].commitNo);
}

TEST_P(StoreFaultsTest, SameClientIdOfAnotherSenderIsAnotherMessage) {
  open();
  submit(test::withClientId(test::messageRecord(1), "same"));
  MessageRecord other = test::withClientId(test::messageRecord(2), "same");
  other.senderId = test::idOf(test::kSenders + 2);
  submit(other);
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "+1 +2 ");
}

TEST_P(StoreFaultsTest, TakenNumberIsNotTheSendersFault) {
  open();
  submit(test::messageRecord(1));
  executor_.runUntilIdle();
  MessageRecord again = test::messageRecord(1);
  again.id = test::idOf(5);
  submit(again);
  executor_.runUntilIdle();
  ASSERT_EQ(log(), "+1 -1 ");
  EXPECT_EQ(settled_[1].error->code, ErrorCode::kStoreFailed);
  EXPECT_TRUE(settled_[1].retryable);
}

TEST_P(StoreFaultsTest, TransientFaultIsRetriedUntilItPasses) {
  open();
  plan_.everyCommit(WriteFault::kTransient);
  submit(test::messageRecord(1));
  submit(test::messageRecord(2));
  pass(milliseconds{3000});
  submit(test::messageRecord(3));
  pass(milliseconds{3000});
  EXPECT_EQ(log(), "");
  EXPECT_FALSE(writer_->healthy());
  EXPECT_THAT(storedSeqs(), IsEmpty());
  plan_.heal();
  pass(milliseconds{1001});
  EXPECT_EQ(log(), "+1 +2 +3 ");
  EXPECT_TRUE(writer_->healthy());
  EXPECT_THAT(storedSeqs(), ElementsAre(1, 2, 3));
  EXPECT_EQ(settled_.back().commitNo, 3u);
}

TEST_P(StoreFaultsTest, RecordsFailWhenTheirTimeIsUpAndTakeTheirFollowersAlong) {
  open({.retryFor = milliseconds{1000}});
  plan_.everyCommit(WriteFault::kTransient);
  submit(test::messageRecord(1, 1));
  pass(milliseconds{600});
  submit(test::messageRecord(2, 1));
  submit(test::messageRecord(1, 2));
  pass(milliseconds{399});
  EXPECT_EQ(log(), "");
  pass(milliseconds{1});
  EXPECT_EQ(log(), "-1 -2 ") << "the follower has no number to stand on";
  EXPECT_EQ(settled_[0].error->code, ErrorCode::kStoreFailed);
  EXPECT_TRUE(settled_[0].retryable);
  pass(milliseconds{600});
  EXPECT_EQ(log(), "-1 -2 -1 ");
  EXPECT_EQ(writer_->queuedRecords(), 0u);
}

TEST_P(StoreFaultsTest, NothingIsGivenUpWithoutAnAttemptAtTheEndOfItsTime) {
  open({.retryFor = milliseconds{50}});  // shorter than the way to the next attempt
  plan_.everyCommit(WriteFault::kTransient);
  submit(test::messageRecord(1));
  pass(milliseconds{2000});
  EXPECT_EQ(log(), "-1 ");
  plan_.heal();
  submit(test::messageRecord(1, 1, 1));
  pass(milliseconds{1000});
  EXPECT_EQ(log(), "-1 +1 ");
}

TEST_P(StoreFaultsTest, TurnsHealthyAgainWithoutTraffic) {
  open({.retryFor = milliseconds{50}});
  plan_.everyCommit(WriteFault::kTransient);
  submit(test::messageRecord(1));
  pass(milliseconds{5000});
  EXPECT_EQ(log(), "-1 ");
  EXPECT_FALSE(writer_->healthy());
  plan_.heal();
  pass(milliseconds{1001});
  EXPECT_TRUE(writer_->healthy());
}

TEST_P(StoreFaultsTest, JobIsRetriedAndThenToldWhyNot) {
  open({.retryFor = milliseconds{100}});
  plan_.everyCommit(WriteFault::kTransient);
  std::vector<WriteFault> told;
  const auto insertUser = [](std::uint64_t number) {
    return [number](Database& database) { return database.insertUser(test::userRecord(number)); };
  };
  const auto note = [&](const WriteResult& result) { told.push_back(result.fault); };
  write(insertUser(1), note);
  pass(milliseconds{200});
  write(insertUser(2), note);
  plan_.heal();
  pass(milliseconds{1001});
  EXPECT_THAT(told, ElementsAre(WriteFault::kTransient, WriteFault::kNone));
  const auto users = reader_->users(std::vector{test::userRecord(1).id, test::userRecord(2).id});
  ASSERT_TRUE(users);
  ASSERT_EQ(users->size(), 1u);
  EXPECT_EQ(users->front().id, test::userRecord(2).id);
}

TEST_P(StoreFaultsTest, FailedSyncIsToldOnceAndNothingIsTriedAfterIt) {
  open();
  plan_.everyCommit(WriteFault::kBroken);
  submit(test::messageRecord(1));
  executor_.runUntilIdle();
  EXPECT_THAT(brokenBy_, ElementsAre("made to fail"));
  EXPECT_FALSE(writer_->healthy());
  const std::size_t operations = plan_.operations();
  plan_.heal();
  submit(test::messageRecord(2));
  bool drained = false;
  writer_->close([&] { drained = true; });
  pass(milliseconds{20'000});
  EXPECT_EQ(log(), "") << "what is in doubt has no outcome";
  EXPECT_FALSE(drained);
  EXPECT_EQ(brokenBy_.size(), 1u);
  EXPECT_EQ(plan_.operations(), 0u) << "was " << operations << " before the plan was healed";
}

TEST_P(StoreFaultsTest, CloseDrainsWhenTheStoreNeverComesBack) {
  open({.retryFor = milliseconds{500}});
  plan_.everyCommit(WriteFault::kTransient);
  submit(test::messageRecord(1));
  bool drained = false;
  writer_->close([&] { drained = true; });
  pass(milliseconds{1000});
  EXPECT_EQ(log(), "-1 ");
  EXPECT_TRUE(drained);
}

TEST_P(StoreFaultsTest, ACommitInDoubtHasNoOutcomeUntilTheStoreIsAsked) {
  for (const bool isKept : {true, false}) {
    SCOPED_TRACE(isKept);
    writer_.reset();
    GetParam().clear(folder_.path());
    log_.clear();
    open({.retryFor = milliseconds{500}});
    plan_.doubt(isKept, 5);
    submit(test::messageRecord(1));
    submit(test::messageRecord(2));
    executor_.runUntilIdle();
    pass(milliseconds{160});  // attempts after 10, 20, 40 and 80 ms
    EXPECT_EQ(log(), "");
    EXPECT_FALSE(writer_->healthy());
    pass(milliseconds{1000});  // beyond retryFor: what was sent to COMMIT does not expire
    EXPECT_EQ(log(), "+1 +2 ");
    EXPECT_TRUE(writer_->healthy());
    EXPECT_EQ(storedSeqs(), (std::vector<std::uint64_t>{1, 2}));
    submit(test::messageRecord(3));
    executor_.runUntilIdle();
    EXPECT_EQ(log(), "+1 +2 +3 ");
    reader_.reset();
  }
}

TEST_P(StoreFaultsTest, BehindACommitInDoubtOnlyWhatDoesNotFollowItFails) {
  open({.recordsPerCommit = 1, .retryFor = milliseconds{500}});
  plan_.doubt(true, 10);
  submit(test::messageRecord(1, 1));
  submit(test::messageRecord(2, 1));  // its number hangs on the first one's
  submit(test::messageRecord(7, 2));
  submit(test::messageRecord(8, 2));
  executor_.runUntilIdle();
  pass(milliseconds{450});
  EXPECT_EQ(log(), "");
  pass(milliseconds{600});
  EXPECT_EQ(log(), "-7 -8 ");
  pass(milliseconds{10'000});
  EXPECT_EQ(log(), "-7 -8 +1 +2 ");
  EXPECT_EQ(storedSeqs(1), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_TRUE(storedSeqs(2).empty());
  EXPECT_EQ(writer_->queuedRecords(), 0u);
}

TEST_P(StoreFaultsTest, AnEmptyCommitMayBeInDoubtToo) {
  open();
  plan_.everyCommit(WriteFault::kTransient);
  submit(test::messageRecord(1));
  pass(milliseconds{20'000});
  EXPECT_EQ(log(), "-1 ");
  plan_.heal();
  plan_.doubt(false, 2);
  pass(milliseconds{10'000});
  EXPECT_TRUE(writer_->healthy());
  submit(test::messageRecord(1, 1, 1));
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "-1 +1 ");
}

/// Whatever operation fails once, and how: every record has exactly one outcome, in order, and
/// the store holds exactly what was confirmed.
TEST_P(StoreFaultsTest, AnyOperationMayFail) {
  for (const WriteFault fault :
       {WriteFault::kTransient, WriteFault::kStatement, WriteFault::kConflict}) {
    bool isReached = true;
    for (std::size_t n = 1; isReached; ++n) {
      SCOPED_TRACE("operation " + std::to_string(n) + ", fault " +
                   std::to_string(static_cast<int>(fault)));
      reader_.reset();
      writer_.reset();
      GetParam().clear(folder_.path());
      settled_.clear();
      log_.clear();
      open({.recordsPerCommit = 4});
      plan_.heal();
      plan_.nth(n, fault);
      for (std::uint64_t seq = 1; seq <= 3; ++seq) {
        submit(test::messageRecord(seq, 1));
        submit(test::messageRecord(seq, 2));
      }
      int jobs = 0;
      write([](Database& database) { return database.insertUser(test::userRecord(1)); },
            [&](const WriteResult& result) {
              ++jobs;
              const auto found = reader_->user(test::userRecord(1).id);
              EXPECT_EQ(found && *found, result.ok());
            });
      pass(milliseconds{50});
      ASSERT_EQ(settled_.size(), 6u);
      EXPECT_EQ(jobs, 1);
      std::vector<std::uint64_t> confirmed[3];
      for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(settled_[i].record.seq, i / 2 + 1);
        if (!settled_[i].error) confirmed[i % 2 + 1].push_back(settled_[i].record.seq);
        EXPECT_FALSE(fault == WriteFault::kTransient && settled_[i].error);
      }
      for (std::uint64_t conversation : {1, 2}) {
        EXPECT_EQ(storedSeqs(conversation), confirmed[conversation]);
        for (std::size_t i = 0; i < confirmed[conversation].size(); ++i) {
          EXPECT_EQ(confirmed[conversation][i], i + 1) << "the confirmed are not 1…n";
        }
      }
      isReached = plan_.operations() >= n;
    }
  }
}

/// A real full disk, as far as a process can make one for itself.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(SqliteFullDisk, WriterWaitsAndRecoversByItself) {
  const test::TempFolder folder;
  test::ManualExecutor executor;
  const auto backend = sqliteBackend(test::sqliteFile(folder.path()).string());
  auto database = backend->openWriter();
  ASSERT_TRUE(database);
  std::size_t confirmed = 0;
  StoreWriter writer(
      std::move(*database), backend->stats(), executor, executor, executor.clock(), {},
      [&](std::span<Settled> group) {
        for (const Settled& one : group) confirmed += one.error ? 0 : 1;
      },
      [](const base::Error& error) { FAIL() << error.message; });
  const auto send = [&](std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t seq = first; seq <= last; ++seq) {
      auto slot = writer.reserve(100);
      ASSERT_TRUE(slot);
      writer.submit(std::move(*slot), test::messageRecord(seq));
    }
    executor.runUntilIdle();
  };
  send(1, 10);
  ASSERT_EQ(confirmed, 10u);
  {
    // The log has grown a MiB ahead of its frames.
    const auto log = test::sqliteFile(folder.path()).string() + "-wal";
    const FileSizeLimit limit(std::filesystem::file_size(log) - (1U << 20) + 20'000);
    send(11, 1000);
    EXPECT_EQ(confirmed, 10u);
    EXPECT_FALSE(writer.healthy());
    for (int i = 0; i < 5; ++i) {
      executor.clock().advance(milliseconds{1000});
      executor.runUntilIdle();
    }
    EXPECT_EQ(confirmed, 10u);
  }
  executor.clock().advance(milliseconds{1000});
  executor.runUntilIdle();
  EXPECT_EQ(confirmed, 1000u);
  EXPECT_TRUE(writer.healthy());
  auto reader = backend->openReader();
  ASSERT_TRUE(reader);
  const auto state = (*reader)->conversationState(test::messageRecord(1).conversationId);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->lastSeq, 1000u);
}

}  // namespace
}  // namespace rookery::store
