#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/function.h"
#include "rookery/chat/conversation.h"
#include "rookery/chat/user.h"
#include "rookery/socketio/socket.h"
#include "rookery/store/records.h"

namespace rookery::chat {

/// A message on its way to its place in the order; owns all it needs, so that it may wait.
struct SendRequest {
  socketio::AckTarget ack;
  UserRef sender;
  ConversationRef conversation;
  store::MessageRecord message;  ///< without id, seq, createdAt
  std::optional<base::ObjectId> workspaceId;  ///< when given, it must be the channel's own
  base::SteadyTime received;
  bool notStored = false;  ///< the store was asked for its clientMessageId
};

/// What the chat keeps with a socket. Thread: the socket's loop.
class ChatSocket final : public socketio::SocketState {
 public:
  explicit ChatSocket(UserRef who) : user(std::move(who)) {}

  UserRef user;

  /// Messages to one conversation that wait for a read, the first of them asking: those behind it
  /// must not overtake it.
  struct Held {
    base::ObjectId conversation;
    std::deque<SendRequest> queue;
  };
  std::vector<Held> held;

  /// Whom this socket may call, and signals that wait for the answer (CallPermissions).
  struct CallPeer {
    base::ObjectId user;
    bool allowed = false;
    std::vector<base::UniqueFunction<void(socketio::Socket&, bool)>> waiting;
  };
  std::vector<CallPeer> callPeers;
};

}  // namespace rookery::chat
