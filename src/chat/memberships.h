#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>
#include <string_view>

#include "rookery/base/error.h"
#include "rookery/chat/conversations.h"
#include "rookery/chat/socket_manager.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_writer.h"

namespace rookery::chat {

/// Joining and leaving rooms and channels: they hold for all sockets of the user and are kept in
/// the store, so that a new socket and a restart know them (delivery.md, membership and devices).
/// Thread: join() and leave() on the socket's loop.
class Memberships {
 public:
  struct Parts {
    const base::Clock& clock;
    socketio::Server& server;
    socketio::Namespace& nsp;
    Conversations& conversations;
    SocketManager& sockets;
  };
  explicit Memberships(const Parts& parts) : p_(parts) {}
  /// Before the first join().
  void setWriter(store::StoreWriter& writer) { writer_ = &writer; }

  /// What a client asks for.
  struct Wish {
    UserRef user;
    base::ObjectId conversation;
    store::ConversationKind kind = store::ConversationKind::kRoom;
    std::optional<base::ObjectId> workspaceId;  ///< when given, it must be the channel's own
    socketio::AckTarget ack;
  };
  /// Answers the wish when the join holds on all loops and is kept, or with why not.
  void join(const Wish& wish);
  /// Answers the wish when the user's sockets have left on all loops.
  void leave(const Wish& wish);

 private:
  /// One join or leave on its way.
  struct Request : Wish {
    ConversationRef conversation;
  };
  [[nodiscard]] base::Result<void> mayJoin(const Request& request) const;
  void whenLoaded(Request request, void (Memberships::*next)(const Request&));
  void joinLoaded(const Request& request);
  void leaveLoaded(const Request& request);
  void persist(const Request& request, bool joins, base::UniqueFunction<void()> kept);
  void joinKept(const Request& request);
  void leaveKept(const Request& request);
  /// Runs `change` for each device on its loop, then `done` on the asking socket's.
  void onAllDevices(const Request& request, const std::vector<SocketManager::Device>& devices,
                    const std::function<void(socketio::Socket&)>& change,
                    base::UniqueFunction<void()> done);
  void answerJoined(const Request& request, bool alreadyJoined);
  void onAskersLoop(const Request& request, base::UniqueFunction<void()> work);

  const Parts p_;
  store::StoreWriter* writer_ = nullptr;
};

}  // namespace rookery::chat
