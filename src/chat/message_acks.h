#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/chat/chat_socket.h"
#include "rookery/chat/conversations.h"
#include "rookery/chat/receipts.h"
#include "rookery/socketio/server.h"

namespace rookery::chat {

/// Clients that said `auth.ackMessages` are asked for a Socket.IO acknowledgement of each message,
/// which counts as `markDelivered` (events.md). What a socket acknowledges is gathered for a
/// moment, so that a reader of a busy channel moves one mark a time and not one a message.
/// Thread: ask() any, under the conversation's lock; the rest on the socket's loop.
/// At limit: an answer that comes after kRemembered more messages, one to a 257th conversation
/// within a moment, or a mark that the store does not take, is as if it had not come: the message
/// stays pending.
class MessageAcks {
 public:
  struct Parts {
    socketio::Server& server;
    socketio::Namespace& nsp;
    Conversations& conversations;
    Receipts& receipts;
  };
  explicit MessageAcks(const Parts& parts) : p_(parts) {}

  void arrived(socketio::Socket& socket);
  /// It goes: what it has acknowledged goes into the store.
  void gone(const socketio::Socket& socket);

  /// The id that the message with that place is sent with to those who acknowledge; nothing when
  /// none of them is connected.
  [[nodiscard]] std::optional<std::uint64_t> ask(const base::ObjectId& conversation,
                                                 std::uint64_t seq, std::uint64_t generation);
  [[nodiscard]] base::Held held();
  /// As Namespace::onAnswer() says.
  void onAnswer(const socketio::Socket& socket, std::uint64_t id);

 private:
  struct Asked {
    std::uint64_t id = 0;  ///< 0: none yet
    ChatSocket::Acked message;
  };
  static constexpr std::size_t kRemembered = 65'536;
  [[nodiscard]] std::optional<ChatSocket::Acked> find(std::uint64_t id);
  void flushLater(const socketio::Socket& socket);
  /// Moves the marks. What is on its way into the store still has to wait for its outcome.
  void flush(const socketio::Socket& socket);

  const Parts p_;
  std::atomic<std::uint32_t> asking_{0};  ///< sockets
  base::Mutex mutex_;
  std::vector<Asked> asked_ ROOKERY_GUARDED_BY(mutex_);  ///< a ring, by id; made on first use
};

}  // namespace rookery::chat
