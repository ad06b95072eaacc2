// Rows that are edited or deleted: nothing writes such rows yet, so they are made by hand here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "rookery/store/database.h"
#include "support/store_backends.h"
#include "support/store_records.h"

namespace rookery::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SqliteDeletedMessages, AreLeftOutAndNotCountedAndEditsMoveTheState) {
  const test::TempFolder folder;
  const std::string file = test::sqliteFile(folder.path()).string();
  const auto backend = sqliteBackend(file);
  auto database = backend->openWriter();
  ASSERT_TRUE(database);
  ASSERT_TRUE((*database)->begin().ok());
  for (std::uint64_t seq = 1; seq <= 6; ++seq) {
    ASSERT_TRUE((*database)->insertMessage(test::messageRecord(seq), seq).ok());
  }
  ASSERT_TRUE((*database)->commit().ok());
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle,
                         "UPDATE messages SET deleted_at = 5, version = 2, commit_no = 7 "
                         "WHERE seq IN (4, 6);"
                         "UPDATE messages SET edited_at = 1900000000000, version = 2, "
                         "commit_no = 9, body = 'new' WHERE seq = 2",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(handle);

  auto reader = backend->openReader();
  ASSERT_TRUE(reader);
  const base::ObjectId id = test::messageRecord(1).conversationId;
  const auto seqs = [](const Result<std::vector<StoredMessage>>& rows) {
    std::vector<std::uint64_t> all;
    EXPECT_TRUE(rows);
    for (const StoredMessage& row : *rows) all.push_back(row.seq);
    return all;
  };
  EXPECT_THAT(seqs((*reader)->messagePage(id, 1, 2)), ElementsAre(3, 5));
  EXPECT_THAT(seqs((*reader)->messagePage(id, 2, 2)), ElementsAre(1, 2));
  EXPECT_THAT(seqs((*reader)->messagePage(id, 3, 2)), IsEmpty());
  EXPECT_THAT(seqs((*reader)->messagesBySeq(id, 0, 3, 10)), ElementsAre(5));
  EXPECT_THAT(seqs((*reader)->lastMessages(std::vector{id})), ElementsAre(5));
  const auto state = (*reader)->conversationState(id);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->lastSeq, 6u) << "a deleted message keeps its number";
  EXPECT_EQ(state->lastCommitNo, 9u);
  const auto edited = (*reader)->messagePage(id, 2, 1);
  ASSERT_TRUE(edited);
  EXPECT_EQ(edited->front().updatedAt, edited->front().createdAt);
  const auto second = (*reader)->messagesBySeq(id, 3, 1, 1);
  ASSERT_TRUE(second);
  ASSERT_EQ(second->size(), 1u);
  EXPECT_EQ(second->front().updatedAt, 1'900'000'000'000);
  EXPECT_EQ(second->front().version, 2u);
  EXPECT_EQ(second->front().body, "new");
}

}  // namespace
}  // namespace rookery::store
