#include "rookery/chat/conversations.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "memory_net/memory_loop.h"
#include "rookery/base/random.h"
#include "rookery/chat/message_json.h"
#include "rookery/socketio/server.h"
#include "support/manual_executor.h"
#include "support/store_records.h"
#include "support/temp_folder.h"

namespace rookery::chat {
namespace {

using store::ConversationKind;

const base::ObjectId kChannel = test::idOf(1);
const base::ObjectId kWorkspace = test::idOf(2);

/// The store is read when the test says so.
class ConversationsTest : public testing::Test {
 protected:
  ConversationsTest() {
    room_ = {.id = test::idOf(3),
             .senderId = test::userRecord(1).id,
             .recieverId = test::userRecord(2).id,
             .createdAt = 1'790'000'000'000,
             .updatedAt = 1'790'000'000'000};
    const auto database = *backend_->openWriter();
    store::WorkspaceRecord workspace;
    workspace.id = kWorkspace;
    workspace.name = "works";
    workspace.joinCode = "ABCDEF";
    EXPECT_TRUE(database->begin().ok());
    EXPECT_TRUE(database->insertUser(test::userRecord(1)).ok());
    EXPECT_TRUE(database->insertUser(test::userRecord(2)).ok());
    EXPECT_TRUE(database->insertWorkspace(workspace).ok());
    EXPECT_TRUE(
        database->insertChannel({.id = kChannel, .workspaceId = kWorkspace, .name = "all"}).ok());
    EXPECT_TRUE(database->insertRoom(room_).ok());
    EXPECT_TRUE(database->commit().ok());
    std::vector<std::unique_ptr<store::Reader>> connections;
    connections.push_back(*backend_->openReader());
    readers_ = std::make_unique<store::StoreReaders>(std::move(connections), work_);
    conversations_ = std::make_unique<Conversations>(options_, sockets_.of("/"), *readers_, work_,
                                                     work_.clock());
  }

  ConversationRef loaded(const base::ObjectId& id) {
    ConversationRef conversation = conversations_->get(id);
    EXPECT_TRUE(conversations_->whenLoaded(conversation, work_, [] {}));
    work_.runUntilIdle();
    EXPECT_EQ(conversation->state(), Conversation::State::kReady);
    return conversation;
  }

  store::RoomRecord room_;
  test::TempFolder folder_;
  test::ManualExecutor work_;
  base::SystemRandom random_;
  std::unique_ptr<store::Backend> backend_ =
      store::sqliteBackend((folder_.path() / "rookery.db").string());
  test::MemoryLoop loop_{work_.clock(), random_, 0};
  socketio::Server sockets_{socketio::Options(), {&loop_}};
  Options options_;
  std::unique_ptr<store::StoreReaders> readers_;
  std::unique_ptr<Conversations> conversations_;
};

TEST_F(ConversationsTest, LetAllWaitWhoComeBeforeOneIsLoaded) {
  const ConversationRef channel = conversations_->get(kChannel);
  std::size_t resumed = 0;
  const auto ask = [&](Conversations::Keeps keeps) {
    return conversations_->whenLoaded(channel, work_, [&resumed] { ++resumed; }, keeps);
  };
  for (std::size_t i = 0; i < Conversations::kMostWaiting; ++i) {
    ASSERT_TRUE(ask(Conversations::Keeps::kLittle)) << i;
  }
  EXPECT_FALSE(ask(Conversations::Keeps::kLittle));
  EXPECT_EQ(resumed, 0U) << "never before it has returned";
  work_.runUntilIdle();
  EXPECT_EQ(resumed, Conversations::kMostWaiting);
  EXPECT_EQ(channel->state(), Conversation::State::kReady);
}

TEST_F(ConversationsTest, LetNoMoreMessagesWaitThanTheSettingSays) {
  options_.waitingPerConversation = 2;
  const ConversationRef channel = conversations_->get(kChannel);
  const auto ask = [&] {
    return conversations_->whenLoaded(channel, work_, [] {}, Conversations::Keeps::kMessage);
  };
  EXPECT_TRUE(ask());
  EXPECT_TRUE(ask());
  EXPECT_FALSE(ask());
  EXPECT_TRUE(conversations_->whenLoaded(channel, work_, [] {}));
  work_.runUntilIdle();
}

TEST_F(ConversationsTest, AChannelCanBeJoinedBeforeItIsLoaded) {
  EXPECT_EQ(conversations_->get(kChannel)->readers(), nullptr) << "it may be a room";
  const auto readers = conversations_->get(kChannel, ConversationKind::kChannel)->readers();
  ASSERT_NE(readers, nullptr);
  const ConversationRef channel = loaded(kChannel);
  EXPECT_EQ(channel->readers(), readers);
  EXPECT_EQ(channel->targets, socketio::Broadcast::Rooms{readers});
  EXPECT_EQ(channel->workspaceId(), kWorkspace);
}

TEST_F(ConversationsTest, ARoomGoesToItsTwoUsersAndHasNoReadersOfItsOwn) {
  const ConversationRef room = conversations_->get(room_.id, ConversationKind::kRoom);
  EXPECT_EQ(loaded(room_.id), room);
  EXPECT_EQ(room->readers(), nullptr);
  EXPECT_EQ(room->targets,
            (socketio::Broadcast::Rooms{sockets_.of("/").room(userRoomKey(room_.senderId)),
                                        sockets_.of("/").room(userRoomKey(room_.recieverId))}));
  EXPECT_TRUE(room->workspaceId().isNull());
}

TEST_F(ConversationsTest, WhatMessagesSayOfARoomIsOfNow) {
  const ConversationRef room = loaded(room_.id);
  EXPECT_EQ(*room->json(), roomJson(room_));
  room_.status = store::RoomStatus::kBlocked;
  conversations_->roomChanged(room_);
  EXPECT_EQ(*room->json(), roomJson(room_));
  EXPECT_TRUE(room->isBlocked());
}

TEST_F(ConversationsTest, ARoomThatChangedBeforeItsFirstMessageSaysSo) {
  const ConversationRef room = loaded(room_.id);
  room_.status = store::RoomStatus::kBlocked;
  conversations_->roomChanged(room_);
  EXPECT_EQ(*room->json(), roomJson(room_));
}

}  // namespace
}  // namespace rookery::chat
