#include "rookery/store/store_writer.h"

#include <future>
#include <thread>
#include <unordered_map>

#include "rookery/base/thread_pool.h"
#include "store/store_writer_fixture.h"

namespace rookery::store {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::IsEmpty;

class StoreWriterTest : public StoreWriterFixture {};
INSTANTIATE_TEST_SUITE_P(All, StoreWriterTest, test::storeBackends(), test::backendName);

TEST_P(StoreWriterTest, RefusesBeyondItsLimitAndCommitsTheRestInOrder) {
  open({.queuedRecords = 2});
  auto first = writer_->reserve(100);
  auto second = writer_->reserve(100);
  const auto refused = writer_->reserve(100);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kOverloaded);
  writer_->submit(std::move(*first), test::messageRecord(1));
  writer_->submit(std::move(*second), test::messageRecord(2));
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "+1 +2 ");
  EXPECT_THAT(storedSeqs(), ElementsAre(1, 2));
  EXPECT_TRUE(writer_->reserve(100));
}

TEST_P(StoreWriterTest, BoundsBytesAsWellAsRecords) {
  open({.queuedBytes = 1000});
  auto large = writer_->reserve(900);
  ASSERT_TRUE(large);
  const auto refused = writer_->reserve(101);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kOverloaded);
  EXPECT_TRUE(writer_->reserve(100));
  *large = {};
  EXPECT_TRUE(writer_->reserve(1000));
}

TEST_P(StoreWriterTest, SlotThatIsNotUsedGivesItselfBackOnce) {
  open({.queuedRecords = 1});
  {
    auto slot = writer_->reserve(1);
    ASSERT_TRUE(slot);
    StoreWriter::Slot moved = std::move(*slot);
    EXPECT_EQ(writer_->queuedRecords(), 1u);
  }
  EXPECT_EQ(writer_->queuedRecords(), 0u);
  EXPECT_TRUE(writer_->reserve(1));
}

TEST_P(StoreWriterTest, CommitsWhatWaitsTogetherWithOneCommit) {
  open();
  for (std::uint64_t seq = 1; seq <= 500; ++seq) submit(test::messageRecord(seq));
  const std::uint64_t commits = backend_->stats().commits;
  const std::uint64_t statements = backend_->stats().statements;
  executor_.runUntilIdle();
  EXPECT_EQ(backend_->stats().commits, commits + 1);
  EXPECT_EQ(backend_->stats().committedMessages, 500u);
  // BEGIN, the number of the last change, COMMIT, and one for each message: no savepoints. What
  // goes to PostgreSQL as one INSERT over arrays is counted once.
  const bool isOneInsert = GetParam().name == std::string_view("Postgres");
  EXPECT_EQ(backend_->stats().statements, statements + (isOneInsert ? 4 : 503));
  EXPECT_THAT(groups_, ElementsAre(500));
}

TEST_P(StoreWriterTest, CutsGroupsAtTheirLimit) {
  open({.recordsPerCommit = 10});
  for (std::uint64_t seq = 1; seq <= 25; ++seq) submit(test::messageRecord(seq));
  executor_.runUntilIdle();
  EXPECT_THAT(groups_, ElementsAre(10, 10, 5));
}

TEST_P(StoreWriterTest, PostsOnceWhileItIsAwake) {
  open();
  for (std::uint64_t seq = 1; seq <= 50; ++seq) submit(test::messageRecord(seq));
  EXPECT_EQ(executor_.waiting(), 1u);
}

TEST_P(StoreWriterTest, KeepsEveryFieldOfAMessage) {
  open();
  MessageRecord sent = test::messageRecord(7);
  sent.kind = ConversationKind::kChannel;
  sent.body = "naïve \"quoted\"\n\xF0\x9F\x90\xA6 '; DROP TABLE messages; --";
  sent.image = "/files/a.png";
  sent.imageKey = "key";
  sent.clientMessageId = "client-1";
  sent.parentId = test::idOf(77);
  submit(sent);
  executor_.runUntilIdle();
  ASSERT_EQ(settled_.size(), 1u);
  const auto rows = reader_->messagePage(sent.conversationId, 1, 20);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1u);
  const StoredMessage& row = rows->front();
  EXPECT_EQ(row.id, sent.id);
  EXPECT_EQ(row.conversationId, sent.conversationId);
  EXPECT_EQ(row.kind, sent.kind);
  EXPECT_EQ(row.senderId, sent.senderId);
  EXPECT_EQ(row.seq, sent.seq);
  EXPECT_EQ(row.createdAt, sent.createdAt);
  EXPECT_EQ(row.updatedAt, sent.createdAt);
  EXPECT_EQ(row.body, sent.body);
  EXPECT_EQ(row.image, sent.image);
  EXPECT_EQ(row.imageKey, sent.imageKey);
  EXPECT_EQ(row.clientMessageId, sent.clientMessageId);
  EXPECT_EQ(row.parentId, sent.parentId);
  EXPECT_EQ(row.status, MessageStatus::kUnread);
  EXPECT_EQ(row.version, 1u);
  EXPECT_EQ(row.deletedAt, 0);
  EXPECT_EQ(row.commitNo, settled_.front().commitNo);
}

TEST_P(StoreWriterTest, NumbersChangesFromOneOnAndGoesOnAfterARestart) {
  open();
  for (std::uint64_t seq = 1; seq <= 3; ++seq) submit(test::messageRecord(seq));
  std::uint64_t duringOutcome = 99;
  onOne_ = [&](Settled&) { duringOutcome = writer_->publishedCommitNo(); };
  executor_.runUntilIdle();
  EXPECT_EQ(duringOutcome, 0u) << "published before the outcomes were told";
  EXPECT_EQ(writer_->publishedCommitNo(), 3u);
  writer_.reset();
  open();
  EXPECT_EQ(writer_->publishedCommitNo(), 3u);
  submit(test::messageRecord(4));
  executor_.runUntilIdle();
  ASSERT_EQ(settled_.size(), 4u);
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(settled_[i].commitNo, i + 1);
}

TEST_P(StoreWriterTest, RunsJobsInOrderWithTheMessagesAndTellsThemAfterCommit) {
  open();
  submit(test::messageRecord(1));
  write([](Database& database) { return database.insertUser(test::userRecord(1)); },
        [this](const WriteResult& result) {
          EXPECT_TRUE(result.ok());
          const auto found = reader_->user(test::userRecord(1).id);
          EXPECT_TRUE(found && *found) << "told before it could be read";
          log_ += "job ";
        });
  submit(test::messageRecord(2));
  const std::uint64_t commits = backend_->stats().commits;
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "+1 job +2 ");
  EXPECT_EQ(backend_->stats().commits, commits + 1);
}

TEST_P(StoreWriterTest, JobThatConflictsIsUndoneAloneAndWhole) {
  open();
  write([](Database& database) { return database.insertUser(test::userRecord(1)); },
        [](const WriteResult& result) { EXPECT_TRUE(result.ok()); });
  WriteFault told = WriteFault::kNone;
  write(
      [](Database& database) {
        if (auto other = database.insertUser(test::userRecord(2)); !other.ok()) return other;
        if (auto note = database.insertMessage(test::messageRecord(1, 9), 50); !note.ok()) {
          return note;
        }
        return database.insertUser(test::userRecord(3, "USER1", "third@example.org"));
      },
      [&](const WriteResult& result) {
        told = result.fault;
        EXPECT_EQ(result.error.message, "username");
      });
  submit(test::messageRecord(1));
  executor_.runUntilIdle();
  EXPECT_EQ(told, WriteFault::kConflict);
  EXPECT_EQ(log(), "+1 ");
  EXPECT_THAT(storedSeqs(9), IsEmpty());
  EXPECT_EQ(writer_->publishedCommitNo(), 1u) << "the number of what was undone";
  const auto users = reader_->users(std::vector{test::userRecord(1).id, test::userRecord(2).id});
  ASSERT_TRUE(users);
  ASSERT_EQ(users->size(), 1u);
  EXPECT_EQ(users->front().username, "user1");
}

TEST_P(StoreWriterTest, CloseCommitsWhatIsQueuedAndWaitsForSlotsThatAreOut) {
  open();
  submit(test::messageRecord(1));
  auto late = writer_->reserve(10);
  auto unused = writer_->reserve(10);
  ASSERT_TRUE(late && unused);
  bool drained = false;
  writer_->close([&] { drained = true; });
  const auto refused = writer_->reserve(10);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kStoreFailed);
  executor_.runUntilIdle();
  EXPECT_EQ(log(), "+1 ");
  EXPECT_FALSE(drained) << "a slot is a promise";
  writer_->submit(std::move(*late), test::messageRecord(2));
  executor_.runUntilIdle();
  EXPECT_FALSE(drained);
  *unused = {};
  executor_.runUntilIdle();
  EXPECT_TRUE(drained);
  EXPECT_THAT(storedSeqs(), ElementsAre(1, 2));
}

TEST_P(StoreWriterTest, CloseOfAnIdleWriterDrainsOnItsExecutor) {
  open();
  bool drained = false;
  writer_->close([&] { drained = true; });
  EXPECT_FALSE(drained);
  executor_.runUntilIdle();
  EXPECT_TRUE(drained);
}

TEST_P(StoreWriterTest, WorkLeftOnTheExecutorIsHarmlessAfterItsEnd) {
  open();
  submit(test::messageRecord(1));
  writer_.reset();
  pass(std::chrono::milliseconds{300});
  EXPECT_THAT(settled_, IsEmpty());
  EXPECT_THAT(storedSeqs(), IsEmpty());
}

TEST_P(StoreWriterTest, KeepsTheOrderOfEachThreadUnderRealThreads) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kMessages = 500;
  base::ThreadPool thread("store-writer", 1);
  base::ThreadPool teller("store-teller", 1);
  const base::SystemClock clock;
  auto backend = GetParam().open(folder_.path());
  auto database = backend->openWriter();
  ASSERT_TRUE(database);
  std::vector<Settled> settled;
  StoreWriter writer(
      std::move(*database), backend->stats(), thread, teller, clock, {},
      [&](std::span<Settled> group) {
        for (Settled& one : group) settled.push_back(std::move(one));
      },
      [](const base::Error& error) { FAIL() << error.message; });
  std::vector<std::thread> senders;
  for (std::uint64_t conversation = 1; conversation <= kThreads; ++conversation) {
    senders.emplace_back([&writer, conversation] {
      for (std::uint64_t seq = 1; seq <= kMessages; ++seq) {
        auto slot = writer.reserve(100);
        ASSERT_TRUE(slot);
        writer.submit(std::move(*slot), test::messageRecord(seq, conversation));
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  std::promise<void> drained;
  writer.close([&] { drained.set_value(); });
  drained.get_future().wait();
  thread.stop();
  teller.stop();
  ASSERT_EQ(settled.size(), kThreads * kMessages);
  std::unordered_map<base::ObjectId, std::uint64_t, base::ObjectIdHash> last;
  for (std::size_t i = 0; i < settled.size(); ++i) {
    EXPECT_FALSE(settled[i].error);
    EXPECT_EQ(settled[i].commitNo, i + 1);
    EXPECT_EQ(settled[i].record.seq, ++last[settled[i].record.conversationId]);
  }
}

}  // namespace
}  // namespace rookery::store
