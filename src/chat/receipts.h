#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/function.h"
#include "rookery/chat/conversations.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::chat {

/// `messageRead`; `told` as EventFrame::tells() has it. Thread: any.
[[nodiscard]] net::SharedFrame readEvent(socketio::Namespace& nsp, store::ConversationKind kind,
                                         const store::ReadMark& mark, std::uint64_t told);

/// Read and delivered marks (events.md): kept in the store, forward only, told to those whom they
/// concern after their commit. Nothing of it stands on the path of a message.
/// Thread: the socket's loop, where a socket is given; delivered() any.
class Receipts {
 public:
  struct Parts {
    const base::Clock& clock;
    socketio::Server& server;
    socketio::Namespace& nsp;
    store::StoreReaders& readers;
    Conversations& conversations;
  };
  explicit Receipts(const Parts& parts) : p_(parts) {}
  /// Before the first mark.
  void setWriter(store::StoreWriter& writer) { writer_ = &writer; }

  void markRead(const socketio::Socket& socket, const socketio::AckTarget& ack,
                const ConversationRef& conversation, const base::ObjectId& message);
  void markDelivered(const socketio::Socket& socket, const socketio::AckTarget& ack,
                     const ConversationRef& conversation, std::uint64_t seq);
  void answerUnread(const socketio::Socket& socket, const socketio::AckTarget& ack);

  /// One mark to move.
  struct Delivered {
    base::ObjectId conversation;
    std::uint64_t seq = 0;
    base::ObjectId sender;  ///< who is told, in a room; the null id: nobody
  };
  /// Up to `seq`, as `user` has it.
  [[nodiscard]] static Delivered deliveredTo(const base::ObjectId& user,
                                             const Conversation& conversation, std::uint64_t seq);
  /// `done` runs where outcomes are told, or at once when the store takes nothing.
  void delivered(const base::ObjectId& user, std::vector<Delivered> marks,
                 base::UniqueFunction<void(const base::Result<void>&)> done);

  using Ids = std::unordered_set<base::ObjectId, base::ObjectIdHash>;
  /// Sends the socket the read marks in `conversations` that moved since.
  void catchUp(const socketio::Socket& socket, const Ids& conversations, base::WallMs since);

 private:
  void moveRead(const socketio::AckTarget& ack, const base::ObjectId& user,
                const ConversationRef& conversation, const store::StoredMessage& message);
  void tellRead(Conversation& conversation, const store::ReadMark& mark,
                const socketio::SocketRef& by);
  void tellDelivered(const base::ObjectId& user, const Delivered& mark);

  const Parts p_;
  store::StoreWriter* writer_ = nullptr;
};

}  // namespace rookery::chat
