// The database file itself: what is refused at the start, what survives a crash, the checkpoints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "rookery/store/migrations.h"
#include "rookery/store/store_writer.h"
#include "support/manual_executor.h"
#include "support/store_backends.h"
#include "support/store_records.h"

namespace rookery::store {
namespace {

/// Whether the file comes to have more than so many bytes, by somebody's work in the background.
bool grows(const std::filesystem::path& file, std::uintmax_t bytes) {
  for (int i = 0; i < 10'000; ++i) {
    if (std::filesystem::file_size(file) > bytes) return true;
    poll(nullptr, 0, 1);
  }
  return false;
}

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class SqliteBackendTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return test::sqliteFile(folder_.path()); }

  /// Why the store cannot be opened; empty when it can.
  std::string refusal() const {
    const auto opened = sqliteBackend(file().string())->openWriter();
    return opened ? "" : opened.error().message;
  }
  void sql(const char* statements) const {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, statements, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    sqlite3_close(handle);
  }
  std::string bytes() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void overwrite(std::size_t offset, const std::string& with) const {
    std::fstream out(file(), std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(offset));
    out << with;
  }
  static void fill(Database& database, std::uint64_t messages) {
    ASSERT_TRUE(database.begin().ok());
    const std::uint64_t before = database.lastCommitNo();
    for (std::uint64_t seq = before + 1; seq <= before + messages; ++seq) {
      ASSERT_TRUE(database.insertMessage(test::messageRecord(seq), seq).ok());
    }
    ASSERT_TRUE(database.commit().ok());
  }
  /// A sound store of some size, closed.
  void makeStore(std::uint64_t messages = 2000) const {
    const auto backend = sqliteBackend(file().string());
    auto database = backend->openWriter();
    ASSERT_TRUE(database) << database.error().message;
    fill(**database, messages);
  }

  test::TempFolder folder_;
};

TEST_F(SqliteBackendTest, OpensWhatItMadeAsOftenAsAsked) {
  makeStore(1);
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(refusal(), "");
}

TEST_F(SqliteBackendTest, CommitsAreSyncedAndLogged) {
  makeStore(1);
  const auto backend = sqliteBackend(file().string());
  auto database = backend->openWriter();
  ASSERT_TRUE(database);
  fill(**database, 1);
  EXPECT_TRUE(std::filesystem::exists(file().string() + "-wal"));
}

TEST_F(SqliteBackendTest, RefusesAMissingFolder) {
  const auto opened =
      sqliteBackend((folder_.path() / "none" / "rookery.db").string())->openWriter();
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("cannot be opened"));
  EXPECT_THAT(opened.error().message, HasSubstr("No such file"));
}

TEST_F(SqliteBackendTest, RefusesANewerSchemaAndLeavesItAlone) {
  makeStore(1);
  sql("PRAGMA user_version = 7000");
  const std::string before = bytes();
  EXPECT_THAT(refusal(), EndsWith("made by a newer Rookery (schema 7000, this one knows " +
                                  std::to_string(schemaVersion()) + ")"));
  EXPECT_EQ(bytes(), before);
}

TEST_F(SqliteBackendTest, RefusesAnotherProgramsDatabaseAndLeavesItAlone) {
  sql("CREATE TABLE notes (text)");
  const std::string before = bytes();
  EXPECT_THAT(refusal(), EndsWith("a database of another program"));
  EXPECT_EQ(bytes(), before);
}

TEST_F(SqliteBackendTest, RefusesWhatIsNoDatabase) {
  std::ofstream(file()) << std::string(10'000, 'x');
  EXPECT_THAT(refusal(), EndsWith("not a database"));
  EXPECT_EQ(bytes(), std::string(10'000, 'x'));
}

TEST_F(SqliteBackendTest, RefusesDamageWhereverItIsInOneLine) {
  makeStore();
  const std::size_t size = bytes().size();
  const std::string sound = bytes();
  int refused = 0;
  std::mt19937 random(1);
  for (std::size_t page = 0; page * 4096 < size; page += 3) {
    SCOPED_TRACE("page " + std::to_string(page));
    std::string noise(512, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    overwrite(page * 4096, noise);  // the page's header and its list of cells
    const std::string reason = refusal();
    EXPECT_NE(reason, "");
    EXPECT_THAT(reason, Not(HasSubstr("\n")));
    refused += reason.empty() ? 0 : 1;
    std::filesystem::remove(file().string() + "-wal");
    std::filesystem::remove(file().string() + "-shm");
    std::ofstream(file(), std::ios::binary | std::ios::trunc) << sound;
  }
  EXPECT_GT(refused, 10);
  EXPECT_EQ(refusal(), "");
}

TEST_F(SqliteBackendTest, RefusesATruncatedFile) {
  makeStore();
  std::filesystem::resize_file(file(), bytes().size() / 2);
  EXPECT_THAT(refusal(), HasSubstr("damaged"));
}

TEST_F(SqliteBackendTest, ReaderRefusesAStoreThatNobodyPrepared) {
  EXPECT_FALSE(sqliteBackend(file().string())->openReader());
}

/// kill -9 leaves the file and its log as they are at that moment: so does copying them.
TEST_F(SqliteBackendTest, WhatWasConfirmedIsThereAfterAKillAtAnyMoment) {
  const auto backend = sqliteBackend(file().string());
  auto database = backend->openWriter();
  ASSERT_TRUE(database);
  const test::TempFolder after;
  const auto copied = test::sqliteFile(after.path());
  std::uint64_t confirmed = 0;
  const auto killAndRestart = [&] {
    for (const char* suffix : {"", "-wal"}) {
      std::filesystem::copy_file(file().string() + suffix, copied.string() + suffix,
                                 std::filesystem::copy_options::overwrite_existing);
    }
    std::filesystem::remove(copied.string() + "-shm");
    const auto restarted = sqliteBackend(copied.string());
    auto writer = restarted->openWriter();
    ASSERT_TRUE(writer) << writer.error().message;
    EXPECT_EQ((*writer)->lastCommitNo(), confirmed);
    auto reader = restarted->openReader();
    ASSERT_TRUE(reader);
    const auto rows = (*reader)->messagesBySeq(test::messageRecord(1).conversationId, 0, 0, 10'000);
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), confirmed);
    for (std::uint64_t i = 0; i < confirmed; ++i) EXPECT_EQ((*rows)[i].seq, i + 1);
  };
  for (int round = 0; round < 12; ++round) {
    ASSERT_TRUE((*database)->begin().ok());
    for (int i = 0; i < 300; ++i) {
      const std::uint64_t seq = confirmed + 1 + static_cast<std::uint64_t>(i);
      ASSERT_TRUE((*database)->insertMessage(test::messageRecord(seq), seq).ok());
    }
    killAndRestart();  // in the middle of a group
    ASSERT_TRUE((*database)->commit().ok());
    confirmed += 300;
    killAndRestart();
    EXPECT_TRUE(round % 2 == 0 || (*database)->maintain(true).ok());
  }
}

TEST_F(SqliteBackendTest, IdleWriterMovesTheLogIntoTheFile) {
  const auto backend = sqliteBackend(file().string());
  auto database = backend->openWriter();
  ASSERT_TRUE(database);
  test::ManualExecutor executor;
  StoreWriter writer(
      std::move(*database), backend->stats(), executor, executor, executor.clock(), {},
      [](std::span<Settled>) {}, [](const base::Error& error) { FAIL() << error.message; });
  const auto before = std::filesystem::file_size(file());
  for (std::uint64_t seq = 1; seq <= 5000; ++seq) {
    auto slot = writer.reserve(100);
    ASSERT_TRUE(slot);
    MessageRecord record = test::messageRecord(seq);
    record.body.assign(500, 'x');
    writer.submit(std::move(*slot), std::move(record));
  }
  executor.runUntilIdle();
  EXPECT_EQ(std::filesystem::file_size(file()), before) << "checkpointed while records waited";
  executor.clock().advance(milliseconds{100});
  executor.runUntilIdle();
  EXPECT_TRUE(grows(file(), before + (1U << 20)));
}

TEST_F(SqliteBackendTest, LogIsBoundedWhileTheWriterIsNeverIdle) {
  const auto backend = sqliteBackend(file().string());
  auto database = backend->openWriter();
  ASSERT_TRUE(database);
  MessageRecord large = test::messageRecord(1);
  large.body.assign(1U << 20, 'x');
  std::uintmax_t largest = 0;
  for (std::uint64_t seq = 1; seq <= 160; ++seq) {
    large.seq = seq;
    large.id = test::idOf(seq);
    ASSERT_TRUE((*database)->begin().ok());
    ASSERT_TRUE((*database)->insertMessage(large, seq).ok());
    ASSERT_TRUE((*database)->commit().ok());
    ASSERT_TRUE((*database)->maintain(false).ok());
    largest = std::max(largest, std::filesystem::file_size(file().string() + "-wal"));
  }
  EXPECT_GT(largest, 63U << 20) << "begun anew too early";
  EXPECT_LT(largest, 132U << 20);
}

TEST_F(SqliteBackendTest, LogGrowsAheadAndEndsWhereItsFramesEnd) {
  const auto backend = sqliteBackend(file().string());
  auto database = backend->openWriter();
  ASSERT_TRUE(database);
  fill(**database, 1);
  const auto log = file().string() + "-wal";
  const std::uintmax_t ahead = std::filesystem::file_size(log);
  EXPECT_GT(ahead, 1U << 20);
  for (int i = 0; i < 20; ++i) fill(**database, 1);
  EXPECT_EQ(std::filesystem::file_size(log), ahead);
  // As after kill -9: what is in the log is found, what is behind it is none of it.
  const std::string copy = (folder_.path() / "copy.db").string();
  std::filesystem::copy_file(file(), copy);
  std::filesystem::copy_file(log, copy + "-wal");
  const auto again = sqliteBackend(copy);
  const auto reopened = again->openWriter();
  ASSERT_TRUE(reopened) << reopened.error().message;
  EXPECT_EQ((*reopened)->lastCommitNo(), 21u);
}

TEST_F(SqliteBackendTest, AnotherConnectionSeesACommitOfManyPagesAtOnce) {
  const auto backend = sqliteBackend(file().string());
  auto database = backend->openWriter();
  ASSERT_TRUE(database);
  const auto reader = backend->openReader();
  ASSERT_TRUE(reader);
  const ObjectId conversation = test::messageRecord(1).conversationId;
  std::uint64_t seen = 0;
  for (const std::uint64_t messages : {1U, 100U, 20'000U, 3U}) {
    fill(**database, messages);
    seen += messages;
    const auto state = (*reader)->conversationState(conversation);
    ASSERT_TRUE(state);
    EXPECT_EQ(state->lastSeq, seen);
  }
}

TEST_F(SqliteBackendTest, ReaderKeepsTheLogOnlyAsLongAsItReads) {
  const auto backend = sqliteBackend(file().string());
  auto database = backend->openWriter();
  ASSERT_TRUE(database);
  const auto log = file().string() + "-wal";
  std::uint64_t seq = 0;
  const auto write = [&](unsigned megabytes) {
    MessageRecord large = test::messageRecord(1);
    large.body.assign(1U << 20, 'x');
    for (unsigned i = 0; i < megabytes; ++i) {
      large.seq = ++seq;
      large.id = test::idOf(seq);
      ASSERT_TRUE((*database)->begin().ok());
      ASSERT_TRUE((*database)->insertMessage(large, seq).ok());
      ASSERT_TRUE((*database)->commit().ok());
      ASSERT_TRUE((*database)->maintain(false).ok());
    }
  };
  write(1);
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM messages", nullptr, nullptr, nullptr),
            SQLITE_OK);
  write(140);
  EXPECT_GT(std::filesystem::file_size(log), 138U << 20) << "the reader's pages are gone";
  ASSERT_EQ(sqlite3_exec(reader, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(reader);
  write(4);
  // The log is cut to what is kept of its space when it begins anew.
  EXPECT_LE(std::filesystem::file_size(log), 64U << 20);
}

}  // namespace
}  // namespace rookery::store
