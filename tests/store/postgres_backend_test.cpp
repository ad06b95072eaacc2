// The database behind PostgreSQL: what is refused at the start, and what a lost connection means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <cstdlib>

#include "rookery/store/database.h"
#include "rookery/store/migrations.h"
#include "support/store/postgres_server.h"
#include "support/store_records.h"
#include "support/temp_folder.h"

namespace rookery::store {
namespace {

using testing::HasSubstr;

class PostgresBackendTest : public testing::Test {
 protected:
  std::unique_ptr<Database> openWriter() {
    auto database = backend_->openWriter();
    EXPECT_TRUE(database) << database.error().message;
    return database ? std::move(*database) : nullptr;
  }
  std::string refusal() {
    const auto opened = postgresBackend(url_)->openWriter();
    return opened ? "" : opened.error().message;
  }
  std::string sql(const std::string& query) { return server_.ask(url_, query); }
  static WriteResult write(Database& database, std::uint64_t seq) {
    WriteResult result = database.begin();
    if (result.ok()) {
      result = database.insertMessage(test::messageRecord(seq), database.nextCommitNo());
    }
    return result.ok() ? database.commit() : result;
  }
  std::string stored() { return sql("SELECT count(*) FROM messages"); }
  pid_t sessionOfWriter() {
    return std::atoi(
        sql("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'rookery writer%' "
            "AND datname = current_database()")
            .c_str());
  }

  test::TempFolder folder_;
  test::PostgresServer& server_ = test::PostgresServer::shared();
  std::string url_ = server_.databaseFor(folder_.path());
  std::unique_ptr<Backend> backend_ = postgresBackend(url_);
};

TEST_F(PostgresBackendTest, RefusesASecondWriterANewerSchemaAndOtherPrograms) {
  {
    const auto first = openWriter();
    EXPECT_THAT(refusal(), HasSubstr("in use by another server"));
  }
  sql("UPDATE meta SET value = 7000 WHERE key = 'schema_version'");
  EXPECT_THAT(refusal(), HasSubstr("made by a newer Rookery (schema 7000, this one knows " +
                                   std::to_string(schemaVersion()) + ")"));
  sql("DELETE FROM meta WHERE key = 'schema_version'");
  EXPECT_THAT(refusal(), HasSubstr("tables of another program"));
}

TEST_F(PostgresBackendTest, RefusesAServerThatDoesNotSync) {
  test::PostgresServer unsafe("-c fsync=off");
  const auto opened = postgresBackend(unsafe.databaseFor(folder_.path()))->openWriter();
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("fsync is off"));
}

TEST_F(PostgresBackendTest, SyncsEachCommitWhateverTheServerIsToldOtherwise) {
  sql("ALTER DATABASE " + sql("SELECT current_database()") + " SET synchronous_commit = off");
  const auto database = openWriter();
  ASSERT_TRUE(database->begin().ok());
  // A session's own settings are not visible to others: what it has written to its log is.
  ASSERT_TRUE(database->insertMessage(test::messageRecord(1), 1).ok());
  const std::string before = sql("SELECT pg_current_wal_flush_lsn()");
  ASSERT_TRUE(database->commit().ok());
  EXPECT_EQ(sql("SELECT pg_current_wal_flush_lsn() > '" + before + "'"), "t");
}

TEST_F(PostgresBackendTest, WriterAndReaderComeBackAfterTheServerWasKilled) {
  const auto database = openWriter();
  auto reader = backend_->openReader();
  ASSERT_TRUE(reader);
  ASSERT_TRUE(write(*database, 1).ok());
  server_.crash();
  EXPECT_EQ(database->begin().fault, WriteFault::kTransient);
  database->rollback();
  EXPECT_FALSE((*reader)->messageCount());
  server_.start();
  EXPECT_TRUE(write(*database, 2).ok());
  EXPECT_EQ(stored(), "2");
  // It waits up to a second before it tries again.
  Result<std::uint64_t> count = (*reader)->messageCount();
  for (int i = 0; i < 1000 && !count; ++i) {
    poll(nullptr, 0, 10);
    count = (*reader)->messageCount();
  }
  ASSERT_TRUE(count);
  EXPECT_EQ(*count, 2u);
}

TEST_F(PostgresBackendTest, ACommitThatIsNotAnsweredIsAskedFor) {
  const auto database = openWriter();
  ASSERT_TRUE(write(*database, 1).ok());
  pid_t session = sessionOfWriter();
  ASSERT_EQ(kill(session, SIGSTOP), 0);
  EXPECT_EQ(write(*database, 2).fault, WriteFault::kInDoubt);
  ASSERT_EQ(kill(session, SIGCONT), 0);  // it finds the COMMIT in its socket and carries it out
  const WriteResult answer = database->resolve();
  const bool isKept = stored() == "2";
  EXPECT_EQ(answer.fault, isKept ? WriteFault::kNone : WriteFault::kTransient);
  EXPECT_EQ(database->lastCommitNo(), isKept ? 2u : 1u);
  ASSERT_TRUE(write(*database, 3).ok());

  // A session that dies with the COMMIT unread has not carried it out.
  session = sessionOfWriter();
  ASSERT_EQ(kill(session, SIGSTOP), 0);
  EXPECT_EQ(write(*database, 4).fault, WriteFault::kInDoubt);
  ASSERT_EQ(kill(session, SIGKILL), 0);
  WriteResult second = database->resolve();
  for (int i = 0; i < 1000 && second.fault == WriteFault::kInDoubt; ++i) {
    second = database->resolve();  // the server restarts all its sessions first
  }
  EXPECT_EQ(second.fault, WriteFault::kTransient);
  EXPECT_TRUE(write(*database, 5).ok());
}

TEST_F(PostgresBackendTest, ADatabaseThatSomebodyElseWroteToMeanwhileIsNotWrittenTo) {
  const auto database = openWriter();
  ASSERT_TRUE(write(*database, 1).ok());
  sql("SELECT pg_terminate_backend(" + std::to_string(sessionOfWriter()) + ")");
  sql("UPDATE meta SET value = value + 1 WHERE key = 'last_commit_no'");
  WriteFault fault = write(*database, 2).fault;
  if (fault == WriteFault::kInDoubt) fault = database->resolve().fault;
  EXPECT_EQ(fault, WriteFault::kBroken);
}

}  // namespace
}  // namespace rookery::store
