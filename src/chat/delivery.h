#pragma once

#include <atomic>
#include <span>

#include "rookery/base/object_id.h"
#include "rookery/chat/chat_socket.h"
#include "rookery/chat/conversations.h"
#include "rookery/chat/deduplicator.h"
#include "rookery/chat/message_acks.h"
#include "rookery/chat/options.h"
#include "rookery/chat/socket_manager.h"
#include "rookery/chat/stats.h"
#include "rookery/socketio/orderer.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::chat {

/// Optimistic delivery (delivery.md): a message gets its place in the conversation's order, its
/// frames go into the loops' inboxes and its record to the writer, in one step under the
/// conversation's lock; after the commit the outcome takes the same way.
/// Thread: send() on the socket's loop; onSettled() where outcomes are told.
class Delivery {
 public:
  struct Parts {
    const Options& options;
    const base::Clock& clock;
    base::ObjectIdGenerator& ids;
    socketio::Server& server;
    socketio::Namespace& nsp;
    socketio::Orderer& orderer;
    store::StoreReaders& readers;
    Conversations& conversations;
    SocketManager& sockets;
    Deduplicator& deduplicator;
    MessageAcks& messageAcks;
    Stats& stats;
  };
  explicit Delivery(const Parts& parts) : p_(parts) {}

  /// The writer, which is made with onSettled() and hence after this. Before the first send().
  void setWriter(store::StoreWriter& writer) { writer_ = &writer; }
  /// From now on messages are refused with kOverloaded. Thread: any.
  void refuse() { refusing_ = true; }

  /// Takes a checked message: it is answered, now or later, exactly once.
  void send(socketio::Socket& socket, SendRequest request);

  /// What became of messages, in the order of submission. Every one of them was accepted here.
  void onSettled(std::span<store::Settled> group);

 private:
  enum class Step : std::uint8_t { kDone, kWaits };
  struct Targets;

  void holdOrRefuse(ChatSocket& state, SendRequest request);
  /// Moves a message on as far as it goes; kWaits: `request` is kept by the caller until resume().
  Step advance(SendRequest& request);
  Step askStore(SendRequest& request);
  Step askParent(SendRequest& request);
  Step askUpload(SendRequest& request);
  /// The message that waits for an answer of the store; null when its socket is gone.
  [[nodiscard]] SendRequest* waiting(const socketio::SocketRef& ref,
                                     const base::ObjectId& conversation);
  void resume(const socketio::SocketRef& ref, const base::ObjectId& conversation,
              bool answeredFromStore);
  void onFirstFound(const SendRequest& request, const store::StoredMessage& first);
  void accept(SendRequest& request);
  /// False when the conversation was deleted meanwhile.
  [[nodiscard]] bool order(SendRequest& request, store::StoreWriter::Slot slot);
  /// Takes a message back that got no place in the order.
  void withdraw(const SendRequest& request, const base::Error& error);
  void refuseMessage(const SendRequest& request, const base::Error& error);
  [[nodiscard]] base::Result<void> mayWrite(const SendRequest& request) const;
  [[nodiscard]] std::shared_ptr<socketio::Broadcast> optimisticStep(const SendRequest& request);
  void countReaders(const Conversation& conversation, const User& sender, InFlight& flight);

  void settleOne(store::Settled& one);
  struct Committed {
    const store::MessageRecord& record;
    std::uint64_t commitNo;
  };
  void confirm(Conversation& conversation, const InFlight& flight, const Committed& one,
               const std::vector<socketio::AckTarget>& waiting);
  void fail(Conversation& conversation, const InFlight& flight, const store::Settled& one,
            const std::vector<socketio::AckTarget>& waiting);

  const Parts p_;
  store::StoreWriter* writer_ = nullptr;
  std::atomic<bool> refusing_{false};
};

}  // namespace rookery::chat
