#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include "rookery/base/executor.h"
#include "rookery/base/object_id.h"
#include "rookery/chat/chat_admin.h"
#include "rookery/chat/options.h"
#include "rookery/chat/tokens.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::chat {

/// The chat on one Socket.IO server: who may connect, what an event does, how messages travel.
/// Thread: as said; constructed before the loops run, destroyed after they ended.
class Chat final : public ChatAdmin {
 public:
  struct Parts {
    const base::Clock& clock;
    base::Random& random;
    base::ObjectIdGenerator& ids;
    socketio::Server& server;
    store::StoreReaders& readers;
    base::Executor& workers;  ///< continues loads of conversations
    Tokens& tokens;
  };
  Chat(Options options, const Parts& parts);
  ~Chat() override;

  /// What the writer is made with; runs on the executor that tells outcomes.
  void onSettled(std::span<store::Settled> group);
  /// The writer, once it is made; before the loops run.
  void setWriter(store::StoreWriter& writer);
  /// Reads all clientMessageIds of the store into the filter, on a reader, and goes on deleting
  /// what deleted conversations left. Until the filter is full each message with such an id costs
  /// one read. Thread: any.
  void takeUp();
  /// Forgets what is over; to be called about every 10 s. Thread: any.
  void sweep();

  /// New messages are refused from now on, and every socket is told when to come back
  /// (events.md, drain). `marked` runs once, on a loop, when all that the store is to keep of the
  /// sockets was handed to the writer. Thread: any.
  void drain(base::UniqueFunction<void()> marked);

  void memberChanged(const store::MemberRecord& member, std::string_view username) override;
  void roomMade(const store::RoomRecord& room) override;
  void channelChanged(const store::ChannelRecord& channel) override;
  void roomChanged(const store::RoomRecord& room) override;
  void conversationsDeleted(std::span<const base::ObjectId> conversations) override;
  void tell(std::span<const base::ObjectId> users, std::string_view event,
            std::string_view payloadJson) override;
  void deleteMessage(base::Executor& executor, const store::UserRecord& user,
                     const base::ObjectId& message,
                     base::UniqueFunction<void(base::Result<void>)> done) override;
  using ChatAdmin::userChanged;
  void userChanged(const store::UserRecord& user, const base::ObjectId& kept) override;
  void sessionEnded(const base::ObjectId& user, const store::EndedSession& session) override;
  [[nodiscard]] std::string presenceJson(std::span<const base::ObjectId> users,
                                         std::span<const store::PresenceRecord> stored) override;
  [[nodiscard]] std::vector<ConnectedUser> connectedUsers() override;
  [[nodiscard]] std::size_t joinedConversations() override;
  [[nodiscard]] std::size_t loadedConversations() override;
  [[nodiscard]] std::size_t connectedSockets() override;
  [[nodiscard]] std::size_t presentUsers() override;
  [[nodiscard]] std::vector<base::Held> held() override;
  [[nodiscard]] bool draining() override;
  [[nodiscard]] Stats& stats() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rookery::chat
