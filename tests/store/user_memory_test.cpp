#include "rookery/store/user_memory.h"

#include <gtest/gtest.h>

namespace rookery::store {
namespace {

UserRecord user(std::uint8_t number, std::string name = "ada") {
  UserRecord made;
  made.id.bytes[0] = number;
  made.username = std::move(name);
  return made;
}

/// The names of those that are known.
std::vector<std::string> known(UserMemory& memory, std::vector<ObjectId> ids) {
  std::vector<UserRecord> users;
  std::vector<ObjectId> unknown;
  memory.find(ids, users, unknown);
  EXPECT_EQ(users.size() + unknown.size(), ids.size());
  std::vector<std::string> names;
  for (const UserRecord& one : users) names.push_back(one.username);
  return names;
}

using Names = std::vector<std::string>;

TEST(UserMemory, KnowsWhatWasRead) {
  UserMemory memory;
  memory.put(std::vector{user(1, "ada"), user(2, "bob")}, memory.version());
  EXPECT_EQ(known(memory, {user(2).id, user(3).id, user(1).id}), (Names{"bob", "ada"}));
}

TEST(UserMemory, ForgetsWhatChanges) {
  UserMemory memory;
  memory.put(std::vector{user(1), user(2, "bob")}, memory.version());
  memory.forget(std::vector{user(1).id});
  EXPECT_EQ(known(memory, {user(1).id, user(2).id}), Names{"bob"});
}

TEST(UserMemory, TakesNothingThatWasReadBeforeAChange) {
  UserMemory memory;
  const std::uint64_t version = memory.version();
  memory.forget(std::vector{user(1).id});
  memory.put(std::vector{user(1, "old")}, version);
  EXPECT_EQ(known(memory, {user(1).id}), Names{});
}

TEST(UserMemory, IsOfNoUseWhenOld) {
  UserMemory memory{std::chrono::milliseconds(0)};
  memory.put(std::vector{user(1)}, memory.version());
  EXPECT_EQ(known(memory, {user(1).id}), Names{});
}

TEST(UserMemory, HasALimit) {
  UserMemory memory;
  std::vector<UserRecord> many(UserMemory::kMost);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].id.bytes[0] = 1;
    many[i].id.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    many[i].id.bytes[2] = static_cast<std::uint8_t>(i);
  }
  memory.put(many, memory.version());
  EXPECT_EQ(known(memory, {many[0].id}).size(), 1U);
  memory.put(std::vector{user(7)}, memory.version());
  EXPECT_EQ(known(memory, {many[0].id, user(7).id}).size(), 1U);
}

}  // namespace
}  // namespace rookery::store
