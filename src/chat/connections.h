#pragma once

#include <string_view>

#include "rookery/base/clock.h"
#include "rookery/chat/chat_socket.h"
#include "rookery/chat/conversations.h"
#include "rookery/chat/message_acks.h"
#include "rookery/chat/options.h"
#include "rookery/chat/pending_messages.h"
#include "rookery/chat/presence.h"
#include "rookery/chat/socket_manager.h"
#include "rookery/chat/token_watch.h"
#include "rookery/chat/tokens.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"

namespace rookery::chat {

/// Lets clients in by their token, makes their sockets known and gives them back what they had
/// joined (events.md, connection).
/// Thread: the socket's loop.
class Connections {
 public:
  struct Parts {
    const Options& options;
    const base::Clock& clock;
    socketio::Server& server;
    socketio::Namespace& nsp;
    store::StoreReaders& readers;
    Conversations& conversations;
    SocketManager& sockets;
    Presence& presence;
    PendingMessages& pending;
    MessageAcks& messageAcks;
    TokenWatch& tokenWatch;
    const Tokens& tokens;
  };
  explicit Connections(const Parts& parts) : p_(parts) {}

  /// The namespace's middleware.
  void admit(const socketio::ConnectRequest& request,
             base::UniqueFunction<void(socketio::Namespace::Admission)> decide);
  /// One that was cut off is back: as Namespace::onRestore() says.
  void onRestore(socketio::Socket& socket, const socketio::CutSocket& left);
  void onConnection(socketio::Socket& socket);
  void onDisconnect(socketio::Socket& socket, std::string_view reason);

 private:
  struct Known;  // what the store says of a user
  using Decide = base::UniqueFunction<void(socketio::Namespace::Admission)>;
  void askStore(net::Loop& loop, const TokenClaims& claims, Decide decide);
  void onKnown(net::Loop& loop, const TokenClaims& claims, std::uint64_t updates,
               const store::Result<Known>& known, Decide decide);
  /// Takes it among the user's devices and into what he joined.
  SocketManager::Arrival arrive(socketio::Socket& socket);
  void announce(socketio::Socket& socket, const User& user, const SocketManager::Arrival& arrival);

  const Parts p_;
};

}  // namespace rookery::chat
