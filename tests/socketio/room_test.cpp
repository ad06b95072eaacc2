#include "rookery/socketio/room.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace rookery::socketio {
namespace {

TEST(RoomTableTest, HasOneRoomOfANameForAsLongAsSomebodyHoldsIt) {
  RoomTable table(1);
  {
    const RoomRef room = table.get("a");
    EXPECT_EQ(table.get("a"), room);
    EXPECT_NE(table.get("b"), room);
    EXPECT_EQ(table.size(), 1U) << "nobody holds b";
  }
  EXPECT_EQ(table.size(), 0U);
}

TEST(RoomTableTest, MakesARoomAnewWhoseLastHolderIsJustLettingGo) {
  RoomTable table(1);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&table, thread] {
      for (int i = 0; i < 20'000; ++i) {
        const std::string name = "room " + std::to_string((i + thread) % 3);
        const RoomRef room = table.get(name);
        ASSERT_EQ(room->name(), name);
        ASSERT_EQ(table.get(name), room);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace rookery::socketio
