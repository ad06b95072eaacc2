// An older file is brought to this program's schema, with a copy of it kept aside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "rookery/store/sqlite_database.h"
#include "rookery/store/sqlite_schema.h"
#include "support/store_backends.h"
#include "support/store_records.h"

namespace rookery::store {
namespace {

using testing::HasSubstr;

class SqliteMigrationTest : public testing::Test {
 protected:
  std::string file() const { return test::sqliteFile(folder_.path()).string(); }

  Result<sqlite::Connection> openWith(const std::vector<Migration>& steps, std::string path = {}) {
    if (path.empty()) path = file();
    auto connection = sqlite::Connection::open(path, uses_);
    if (!connection) return connection;
    if (const auto ready = sqlite::prepareStore(*connection, path, steps); !ready) {
      return base::fail(ready.error());
    }
    return connection;
  }
  static std::int64_t ask(sqlite::Connection& connection, std::string_view sql) {
    sqlite::Statement statement(connection, sql);
    EXPECT_TRUE(connection.isPrepared()) << sql << ": " << connection.message();
    if (!connection.isPrepared()) return -1;
    sqlite::Run run(statement);
    return run.next() ? run.integer(0) : -1;
  }
  bool exists(const std::string& path) const { return std::filesystem::exists(path); }

  std::vector<Migration> first_{migrations().begin(), migrations().begin() + 1};
  std::atomic<std::uint64_t> uses_{0};
  test::TempFolder folder_;
};

Migration step(const char* sqlite) { return {.name = "a step", .sqlite = sqlite, .postgres = ""}; }

TEST_F(SqliteMigrationTest, BringsAnOlderStoreForwardAndKeepsItsCopy) {
  {
    auto old = openWith(first_);
    ASSERT_TRUE(old) << old.error().message;
    ASSERT_EQ(old->run("INSERT INTO meta VALUES ('mark', 42)"), SQLITE_OK);
  }
  EXPECT_FALSE(exists(file() + ".schema-0")) << "a new store has nothing to keep";

  auto steps = first_;
  steps.push_back(step("CREATE TABLE one (x INTEGER); INSERT INTO one VALUES (1)"));
  steps.push_back(step("ALTER TABLE one ADD COLUMN y INTEGER"));
  auto now = openWith(steps);
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(ask(*now, "SELECT user_version FROM pragma_user_version"), 3);
  EXPECT_EQ(ask(*now, "SELECT x FROM one WHERE y IS NULL"), 1);
  EXPECT_EQ(ask(*now, "SELECT value FROM meta WHERE key = 'mark'"), 42);

  ASSERT_TRUE(exists(file() + ".schema-1"));
  EXPECT_FALSE(exists(file() + ".schema-1.new"));
  auto copy = openWith(first_, file() + ".schema-1");
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(ask(*copy, "SELECT value FROM meta WHERE key = 'mark'"), 42);
  EXPECT_EQ(ask(*copy, "SELECT count(*) FROM sqlite_schema WHERE name = 'one'"), 0);
}

TEST_F(SqliteMigrationTest, AStepThatFailsIsUndoneAndGoesOnFromThereNextTime) {
  ASSERT_TRUE(openWith(first_));
  auto steps = first_;
  steps.push_back(step("CREATE TABLE one (x INTEGER)"));
  steps.push_back(step("CREATE TABLE two (x INTEGER); INSERT INTO nowhere VALUES (1)"));
  const auto failed = openWith(steps);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("nowhere"));

  steps[2] = step("CREATE TABLE two (x INTEGER)");
  auto now = openWith(steps);
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(ask(*now, "SELECT user_version FROM pragma_user_version"), 3);
}

TEST_F(SqliteMigrationTest, WithoutRoomForACopyNothingIsChanged) {
  ASSERT_TRUE(openWith(first_));
  std::filesystem::create_directory(file() + ".schema-1.new");
  auto steps = first_;
  steps.push_back(step("CREATE TABLE one (x INTEGER)"));
  ASSERT_FALSE(openWith(steps));
  auto still = openWith(first_);
  ASSERT_TRUE(still) << still.error().message;
}

}  // namespace
}  // namespace rookery::store
