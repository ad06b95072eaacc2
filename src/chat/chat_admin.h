#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/error.h"
#include "rookery/base/executor.h"
#include "rookery/base/function.h"
#include "rookery/base/held.h"
#include "rookery/base/object_id.h"
#include "rookery/chat/stats.h"
#include "rookery/store/records.h"

namespace rookery::chat {

/// What one user has open, for GET /debug/sockets.
struct ConnectedUser {
  base::ObjectId userId;
  std::string email;
  std::string username;
  std::vector<std::string> socketIds;  ///< public ids of Socket.IO
  std::vector<std::string> rooms;      ///< ids of joined rooms and channels, and the personal room
};

/// The side of the chat that REST and operations see: told of changes after their commit, so that
/// nothing in memory outlives the store's truth. Implemented by Chat.
/// Thread: any.
class ChatAdmin {
 public:
  virtual ~ChatAdmin() = default;

  /// A member was added or changed role; holds when this returns. `username` as
  /// Conversations::memberChanged() takes it.
  virtual void memberChanged(const store::MemberRecord& member, std::string_view username) = 0;
  /// A room was made: its two users watch each other's presence from now on.
  virtual void roomMade(const store::RoomRecord& room) = 0;
  /// A channel was renamed, a room got another status: holds for what is sent after the return.
  virtual void channelChanged(const store::ChannelRecord& channel) = 0;
  virtual void roomChanged(const store::RoomRecord& room) = 0;
  /// Rooms or channels were deleted: nothing is sent there any more, whoever joined them leaves,
  /// and what the store has left of them is deleted bit by bit.
  virtual void conversationsDeleted(std::span<const base::ObjectId> conversations) = 0;
  /// Sends an event to all sockets of these users. `payloadJson` is one JSON object.
  virtual void tell(std::span<const base::ObjectId> users, std::string_view event,
                    std::string_view payloadJson) = 0;
  /// Deletes a message for `user`, as the event deleteMessage does; `done` runs on `executor`.
  virtual void deleteMessage(base::Executor& executor, const store::UserRecord& user,
                             const base::ObjectId& message,
                             base::UniqueFunction<void(base::Result<void>)> done) = 0;
  /// Name, e-mail, avatar, disabled or the version of tokens changed. Sockets of a disabled user,
  /// and those with a token of another version, are disconnected, but for those of session `kept`.
  virtual void userChanged(const store::UserRecord& user, const base::ObjectId& kept) = 0;
  void userChanged(const store::UserRecord& user) { userChanged(user, {}); }
  /// The user has signed out: its tokens are refused, its sockets disconnected.
  virtual void sessionEnded(const base::ObjectId& user, const store::EndedSession& session) = 0;

  /// Who is there (Presence::statesJson()).
  [[nodiscard]] virtual std::string presenceJson(std::span<const base::ObjectId> users,
                                                 std::span<const store::PresenceRecord> stored) = 0;
  [[nodiscard]] virtual std::vector<ConnectedUser> connectedUsers() = 0;
  /// Rooms and channels that somebody has joined.
  [[nodiscard]] virtual std::size_t joinedConversations() = 0;
  /// Conversations in memory, in use or not.
  [[nodiscard]] virtual std::size_t loadedConversations() = 0;
  [[nodiscard]] virtual std::size_t connectedSockets() = 0;
  [[nodiscard]] virtual std::size_t presentUsers() = 0;
  /// Everything here that grows with users, conversations and messages.
  [[nodiscard]] virtual std::vector<base::Held> held() = 0;
  [[nodiscard]] virtual bool draining() = 0;
  [[nodiscard]] virtual Stats& stats() = 0;
};

}  // namespace rookery::chat
