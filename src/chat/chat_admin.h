#pragma once

#include <cstddef>
#include <string>
#include <vector>

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

  /// A member was added or changed role; holds when this returns.
  virtual void memberChanged(const store::MemberRecord& member) = 0;
  /// A room was made: its two users watch each other's presence from now on.
  virtual void roomMade(const store::RoomRecord& room) = 0;
  /// Name, e-mail, avatar or disabled changed. A disabled user's sockets are disconnected.
  virtual void userChanged(const store::UserRecord& user) = 0;

  [[nodiscard]] virtual std::vector<ConnectedUser> connectedUsers() = 0;
  /// Rooms and channels that somebody has joined.
  [[nodiscard]] virtual std::size_t joinedConversations() = 0;
  /// Conversations in memory, in use or not.
  [[nodiscard]] virtual std::size_t loadedConversations() = 0;
  [[nodiscard]] virtual std::size_t connectedSockets() = 0;
  [[nodiscard]] virtual std::size_t presentUsers() = 0;
  [[nodiscard]] virtual bool draining() = 0;
  [[nodiscard]] virtual Stats& stats() = 0;
};

}  // namespace rookery::chat
