#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "rookery/store/database.h"
#include "support/open_store.h"
#include "support/store_records.h"

namespace rookery::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ReaderTest : public test::OpenStore {
 protected:
  void put(const MessageRecord& record) {
    ASSERT_TRUE(
        tryChange([&](Database& it) { return it.insertMessage(record, it.lastCommitNo() + 1); }).ok());
  }
  void putUsers(std::uint64_t count) {
    ASSERT_TRUE(tryChange([&](Database& it) {
                  WriteResult result;
                  for (std::uint64_t i = 1; i <= count && result.ok(); ++i) {
                    result = it.insertUser(test::userRecord(i));
                  }
                  return result;
                }).ok());
  }
  /// How many statements `ask` takes.
  template <typename Ask>
  std::uint64_t cost(Ask ask) {
    const std::uint64_t before = backend_->stats().reads;
    EXPECT_TRUE(ask());
    return backend_->stats().reads - before;
  }
  static std::vector<std::uint64_t> seqs(const Result<std::vector<StoredMessage>>& rows) {
    std::vector<std::uint64_t> all;
    EXPECT_TRUE(rows);
    for (const StoredMessage& row : *rows) all.push_back(row.seq);
    return all;
  }

};
INSTANTIATE_TEST_SUITE_P(All, ReaderTest, test::storeBackends(), test::backendName);

TEST_P(ReaderTest, KeepsEveryFieldOfAUserAndOfItsChange) {
  const auto expectEqual = [](const UserRecord& a, const UserRecord& b) {
    EXPECT_EQ(std::tie(a.id, a.username, a.email, a.passwordHash, a.avatar, a.name, a.about,
                       a.disabled, a.admin, a.createdAt, a.updatedAt),
              std::tie(b.id, b.username, b.email, b.passwordHash, b.avatar, b.name, b.about,
                       b.disabled, b.admin, b.createdAt, b.updatedAt));
  };
  UserRecord user = test::userRecord(1);
  ASSERT_TRUE(tryChange([&](Database& it) { return it.insertUser(user); }).ok());
  auto found = reader_->user(user.id);
  ASSERT_TRUE(found && *found);
  expectEqual(**found, user);
  user.username = "renamed";
  user.email = "other@example.org";
  user.passwordHash = "$2b$10$abc";
  user.avatar = "https://example.org/a.png";
  user.name = "";
  user.about = "changed";
  user.disabled = !user.disabled;
  user.admin = !user.admin;
  user.updatedAt += 5;
  ASSERT_TRUE(tryChange([&](Database& it) { return it.updateUser(user); }).ok());
  found = reader_->user(user.id);
  ASSERT_TRUE(found && *found);
  expectEqual(**found, user);
  const auto missing = reader_->user(test::idOf(1));
  ASSERT_TRUE(missing);
  EXPECT_FALSE(*missing);
}

TEST_P(ReaderTest, NamesAndAddressesAreUniqueWithoutRegardToCase) {
  ASSERT_TRUE(tryChange([](Database& it) {
                return it.insertUser(test::userRecord(1, "Ada", "Ada@Example.org"));
              }).ok());
  const auto insert = [&](std::uint64_t n, const char* name, const char* email) {
    return tryChange([&](Database& it) { return it.insertUser(test::userRecord(n, name, email)); });
  };
  const WriteResult name = insert(2, "aDA", "new@example.org");
  EXPECT_EQ(name.fault, WriteFault::kConflict);
  EXPECT_EQ(name.error.message, "username");
  const WriteResult email = insert(2, "new", "ADA@example.ORG");
  EXPECT_EQ(email.fault, WriteFault::kConflict);
  EXPECT_EQ(email.error.message, "email");
  ASSERT_TRUE(insert(2, "Bob", "bob@example.org").ok());
  const WriteResult renamed = tryChange(
      [](Database& it) { return it.updateUser(test::userRecord(2, "ADA", "bob@example.org")); });
  EXPECT_EQ(renamed.error.message, "username");
  EXPECT_TRUE(tryChange([](Database& it) {
                return it.updateUser(test::userRecord(2, "BOB", "BOB@example.org"));
              }).ok())
      << "a user may change the case of its own name";
  for (const char* address : {"ada@example.org", "ADA@EXAMPLE.ORG"}) {
    const auto found = reader_->userByEmail(address);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->email, "Ada@Example.org") << "kept as it was given";
  }
  const auto found = reader_->userByUsername("ADA");
  EXPECT_TRUE(found && *found);
  const auto missing = reader_->userByUsername("Ad");
  EXPECT_TRUE(missing && !*missing);
}

TEST_P(ReaderTest, AnyNumberOfUsersIsOneStatement) {
  putUsers(2000);
  std::vector<base::ObjectId> ids;
  for (std::uint64_t i = 1; i <= 2000; ++i) ids.push_back(test::userRecord(i).id);
  ids.push_back(test::idOf(42));  // nobody
  Result<std::vector<UserRecord>> users;
  EXPECT_EQ(cost([&] { return (users = reader_->users(ids)).has_value(); }), 1u);
  ASSERT_EQ(users->size(), 2000u);
  std::set<base::ObjectId> seen;
  for (const UserRecord& user : *users) seen.insert(user.id);
  EXPECT_EQ(seen.size(), 2000u);
  users = reader_->users({});
  ASSERT_TRUE(users);
  EXPECT_THAT(*users, IsEmpty());
  users = reader_->users(std::span(ids).first(1));
  ASSERT_TRUE(users);
  EXPECT_EQ(users->size(), 1u);
}

TEST_P(ReaderTest, WorkspacesMembersAndChannelsInTheirOrder) {
  putUsers(3);
  const auto user = [](std::uint64_t n) { return test::userRecord(n).id; };
  for (std::uint64_t n : {1, 2}) {
    ASSERT_TRUE(tryChange([&](Database& it) {
                  return it.insertWorkspace({.id = test::idOf(n),
                                             .name = "w" + std::to_string(n),
                                             .description = "d",
                                             .joinCode = "ABCDEF",
                                             .createdAt = 5,
                                             .updatedAt = 6});
                }).ok());
  }
  const auto join = [&](std::uint64_t workspace, std::uint64_t n, MemberRole role) {
    return tryChange([&](Database& it) {
      return it.insertMember(
          {.workspaceId = test::idOf(workspace), .userId = user(n), .role = role, .createdAt = 7});
    });
  };
  ASSERT_TRUE(join(1, 3, MemberRole::kAdmin).ok());
  ASSERT_TRUE(join(2, 3, MemberRole::kMember).ok());
  ASSERT_TRUE(join(1, 1, MemberRole::kMember).ok());
  EXPECT_EQ(join(1, 3, MemberRole::kMember).fault, WriteFault::kConflict);
  EXPECT_EQ(join(9, 3, MemberRole::kMember).fault, WriteFault::kConflict) << "no such workspace";
  const auto channel = [&](std::uint64_t n, std::uint64_t workspace, const char* name) {
    return tryChange([&](Database& it) {
      return it.insertChannel({.id = test::idOf(100 + n),
                               .workspaceId = test::idOf(workspace),
                               .name = name,
                               .createdAt = 8,
                               .updatedAt = 9});
    });
  };
  ASSERT_TRUE(channel(2, 1, "zulu").ok());
  ASSERT_TRUE(channel(1, 1, "alpha").ok());
  ASSERT_TRUE(channel(3, 2, "Zulu").ok());
  EXPECT_EQ(channel(4, 1, "ZULU").fault, WriteFault::kConflict);

  const auto workspaces = reader_->workspacesOf(user(3));
  ASSERT_TRUE(workspaces);
  ASSERT_EQ(workspaces->size(), 2u);
  EXPECT_EQ((*workspaces)[0].name, "w2") << "newest first, also within a millisecond";
  EXPECT_EQ((*workspaces)[1].name, "w1");
  EXPECT_EQ((*workspaces)[1].joinCode, "ABCDEF");
  const auto named = reader_->workspacesByJoinCode("ABCDEF");
  ASSERT_TRUE(named);
  ASSERT_FALSE(named->empty());
  EXPECT_EQ(named->back().id, test::idOf(1));
  EXPECT_TRUE(reader_->workspacesByJoinCode("abcdef")->empty());
  const std::vector ids{test::idOf(1), test::idOf(2)};
  const auto members = reader_->members(ids);
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 3u);
  EXPECT_EQ((*members)[0].userId, user(3));
  EXPECT_EQ((*members)[0].role, MemberRole::kAdmin);
  EXPECT_EQ((*members)[2].userId, user(1));
  const auto channels = reader_->channels(ids);
  ASSERT_TRUE(channels);
  ASSERT_EQ(channels->size(), 3u);
  EXPECT_EQ((*channels)[0].name, "zulu");
  EXPECT_EQ((*channels)[1].name, "alpha");
  EXPECT_EQ((*channels)[2].workspaceId, test::idOf(2));
  const auto one = reader_->channel(test::idOf(101));
  ASSERT_TRUE(one && *one);
  EXPECT_EQ((*one)->name, "alpha");
  EXPECT_EQ(cost([&] { return reader_->members(ids).has_value(); }), 1u);
}

TEST_P(ReaderTest, PairHasOneRoomInEitherOrderAndRoomsComeByTheirLastMessage) {
  putUsers(4);
  const auto user = [](std::uint64_t n) { return test::userRecord(n).id; };
  const auto open = [&](std::uint64_t n, std::uint64_t from, std::uint64_t to) {
    return tryChange([&](Database& it) {
      return it.insertRoom({.id = test::idOf(test::kConversations + n),
                            .senderId = user(from),
                            .recieverId = user(to),
                            .status = RoomStatus::kMuted,
                            .createdAt = static_cast<WallMs>(1'790'000'000'000 + n),
                            .updatedAt = 1});
    });
  };
  ASSERT_TRUE(open(1, 1, 2).ok());
  ASSERT_TRUE(open(2, 3, 1).ok());
  ASSERT_TRUE(open(3, 1, 4).ok());
  ASSERT_TRUE(open(4, 2, 3).ok());
  EXPECT_EQ(open(5, 1, 2).fault, WriteFault::kConflict);
  EXPECT_EQ(open(5, 2, 1).fault, WriteFault::kConflict);
  for (const auto& [a, b] : {std::pair{1, 3}, std::pair{3, 1}}) {
    const auto room = reader_->roomOfPair(user(a), user(b));
    ASSERT_TRUE(room && *room);
    EXPECT_EQ((*room)->id, test::idOf(test::kConversations + 2));
    EXPECT_EQ((*room)->senderId, user(3));
    EXPECT_EQ((*room)->recieverId, user(1));
    EXPECT_EQ((*room)->status, RoomStatus::kMuted);
  }
  const auto order = [&] {
    std::vector<int> numbers;
    const auto rooms = reader_->roomsOf(user(1));
    EXPECT_TRUE(rooms);
    for (const RoomRecord& room : *rooms) {
      for (int n = 1; n <= 4; ++n) {
        if (room.id == test::idOf(test::kConversations + n)) numbers.push_back(n);
      }
    }
    return numbers;
  };
  EXPECT_THAT(order(), ElementsAre(3, 2, 1));
  put(test::messageRecord(50, 1));
  EXPECT_THAT(order(), ElementsAre(1, 3, 2));
  put(test::messageRecord(60, 2));
  EXPECT_THAT(order(), ElementsAre(2, 1, 3));
  EXPECT_EQ(cost([&] { return reader_->roomsOf(user(1)).has_value(); }), 1u);
}

TEST_P(ReaderTest, PagesCountFromTheNewestAndReadOldestFirst) {
  const base::ObjectId id = test::messageRecord(1).conversationId;
  for (std::uint64_t seq = 1; seq <= 45; ++seq) put(test::messageRecord(seq));
  put(test::messageRecord(99, 2));
  const auto page = [&](std::uint32_t number, std::uint32_t limit) {
    return seqs(reader_->messagePage(id, number, limit));
  };
  EXPECT_EQ(page(1, 20).front(), 26u);
  EXPECT_EQ(page(1, 20).back(), 45u);
  EXPECT_THAT(page(3, 20), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(page(4, 20), IsEmpty());
  EXPECT_THAT(page(4'000'000'000, 100), IsEmpty());
  EXPECT_THAT(page(0, 2), ElementsAre(44, 45));
  EXPECT_EQ(cost([&] { return reader_->messagePage(id, 1, 20).has_value(); }), 1u);
}

TEST_P(ReaderTest, CursorsFindTheNearest) {
  const base::ObjectId id = test::messageRecord(1).conversationId;
  for (std::uint64_t seq = 1; seq <= 10; ++seq) put(test::messageRecord(seq));
  const auto rows = [&](std::uint64_t before, std::uint64_t after, std::uint32_t limit) {
    return seqs(reader_->messagesBySeq(id, before, after, limit));
  };
  EXPECT_THAT(rows(0, 0, 3), ElementsAre(8, 9, 10));
  EXPECT_THAT(rows(8, 0, 3), ElementsAre(5, 6, 7));
  EXPECT_THAT(rows(0, 4, 3), ElementsAre(5, 6, 7));
  EXPECT_THAT(rows(8, 4, 2), ElementsAre(6, 7));
  EXPECT_THAT(rows(1, 0, 3), IsEmpty());
  EXPECT_THAT(rows(0, 10, 3), IsEmpty());
  EXPECT_THAT(rows(~0ULL, 0, 1), ElementsAre(10));
  EXPECT_THAT(rows(0, ~0ULL, 1), IsEmpty());
  EXPECT_THAT(rows(0, 0, 0), IsEmpty());
}

TEST_P(ReaderTest, LastMessagesAndStateOfConversations) {
  for (std::uint64_t seq = 1; seq <= 3; ++seq) put(test::messageRecord(seq, 1));
  put(test::messageRecord(1, 2));
  const std::vector ids{test::idOf(test::kConversations + 1), test::idOf(test::kConversations + 2),
                        test::idOf(test::kConversations + 3)};
  Result<std::vector<StoredMessage>> rows;
  EXPECT_EQ(cost([&] { return (rows = reader_->lastMessages(ids)).has_value(); }), 1u);
  std::map<base::ObjectId, std::uint64_t> last;
  for (const StoredMessage& row : *rows) last[row.conversationId] = row.seq;
  EXPECT_EQ(last, (std::map<base::ObjectId, std::uint64_t>{{ids[0], 3}, {ids[1], 1}}));
  auto state = reader_->conversationState(ids[0]);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->lastSeq, 3u);
  EXPECT_EQ(state->lastCommitNo, 3u);
  state = reader_->conversationState(ids[2]);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->lastSeq, 0u);
  EXPECT_EQ(state->lastCommitNo, 0u);
  const auto count = reader_->messageCount();
  ASSERT_TRUE(count);
  EXPECT_GE(*count, 4u);
}

TEST_P(ReaderTest, ClientIdsAreFoundAndWalkedInSlicesCompletely) {
  std::set<std::pair<base::ObjectId, std::string>> put;
  ASSERT_TRUE(tryChange([&](Database& it) {
                WriteResult result;
                for (std::uint64_t seq = 1; seq <= 9000 && result.ok(); ++seq) {
                  MessageRecord record = test::messageRecord(seq);
                  record.senderId = test::idOf(test::kSenders + seq % 3);
                  if (seq % 10 != 0) {
                    record.clientMessageId = "c" + std::to_string(seq);
                    put.emplace(record.senderId, record.clientMessageId);
                  }
                  result = it.insertMessage(record, seq);
                }
                return result;
              }).ok());
  std::set<std::pair<base::ObjectId, std::string>> seen;
  std::size_t calls = 0;
  const auto walked = reader_->eachClientMessageId([&](base::ObjectId sender, std::string_view id) {
    ++calls;
    seen.emplace(sender, id);
    return true;
  });
  ASSERT_TRUE(walked);
  EXPECT_EQ(seen, put);
  EXPECT_EQ(calls, put.size());
  calls = 0;
  ASSERT_TRUE(
      reader_->eachClientMessageId([&](base::ObjectId, std::string_view) { return ++calls < 10; }));
  EXPECT_EQ(calls, 10u);
  const auto found = reader_->messageByClientId(test::idOf(test::kSenders + 1), "c7");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->seq, 7u);
  const auto other = reader_->messageByClientId(test::idOf(test::kSenders + 2), "c7");
  ASSERT_TRUE(other);
  EXPECT_FALSE(*other);
}

TEST_P(ReaderTest, SubscriptionsMayBeRepeatedAndRemovedTwice) {
  const Subscription room{.conversationId = test::idOf(1), .kind = ConversationKind::kRoom};
  const Subscription channel{.conversationId = test::idOf(2), .kind = ConversationKind::kChannel};
  const base::ObjectId user = test::idOf(9);
  const auto put = [&](const Subscription& what, WallMs now) {
    return tryChange([&](Database& it) { return it.putSubscription(user, what, now); }).ok();
  };
  ASSERT_TRUE(put(room, 1));
  ASSERT_TRUE(put(channel, 2));
  ASSERT_TRUE(put(room, 3));
  auto rows = reader_->subscriptionsOf(user);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].conversationId, room.conversationId);
  EXPECT_EQ((*rows)[1].kind, ConversationKind::kChannel);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(tryChange([&](Database& it) {
                  return it.removeSubscription(user, room.conversationId);
                }).ok());
  }
  rows = reader_->subscriptionsOf(user);
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), 1u);
}

TEST_P(ReaderTest, SeesACommitAtOnceAndNothingBefore) {
  ASSERT_TRUE(database_->begin().ok());
  ASSERT_TRUE(database_->insertMessage(test::messageRecord(1), 1).ok());
  const base::ObjectId id = test::messageRecord(1).conversationId;
  EXPECT_THAT(seqs(reader_->messagePage(id, 1, 10)), IsEmpty());
  ASSERT_TRUE(database_->commit().ok());
  EXPECT_THAT(seqs(reader_->messagePage(id, 1, 10)), ElementsAre(1));
}

}  // namespace
}  // namespace rookery::store
