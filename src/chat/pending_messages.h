#pragma once

#include <atomic>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/chat/options.h"
#include "rookery/chat/receipts.h"
#include "rookery/chat/socket_manager.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::chat {

/// What came while a user had no socket, or did not surely reach one, is sent when he is back,
/// batch by batch, each answered before the next (delivery.md, offline queue). No rows are queued:
/// the store knows how far each conversation was delivered to him, and how far it surely was is
/// known by what stood in front of the last ping that his socket answered.
/// Thread: the socket's loop.
/// At limit: one batch is outstanding per user, of 200 messages and 256 KiB at most.
class PendingMessages {
 public:
  struct Parts {
    const Options& options;
    const base::Clock& clock;
    socketio::Server& server;
    store::StoreReaders& readers;
    SocketManager& sockets;
    Receipts& receipts;
  };
  explicit PendingMessages(const Parts& parts) : p_(parts) {}
  void setWriter(store::StoreWriter& writer) { writer_ = &writer; }

  /// A socket is there; `isOnly`: the user has no other one.
  void arrived(socketio::Socket& socket, bool isOnly);
  /// It goes: what surely reached it is pending no more.
  void gone(socketio::Socket& socket);
  /// A ping went out to it, or was answered.
  void pinged(socketio::Socket& socket, bool answered);
  [[nodiscard]] base::Held held();
  /// The server stops: nothing is sent from now on.
  void stop() { stopping_ = true; }
  /// Then, while the store still takes marks: as gone().
  void keepMarks(socketio::Socket& socket);

 private:
  struct Batch;
  struct Entry {
    socketio::SocketRef outstanding;  ///< whose answer is waited for
    socketio::SocketRef waiting;      ///< is served once the marks are kept
    std::uint32_t raising = 0;        ///< marks on their way into the store
  };
  static base::Result<Batch> read(store::Reader& reader, const base::ObjectId& user,
                                  base::WallMs since, const std::string& publicUrl);
  /// Whether it was cut off and has been sent what it missed, so that nothing is pending.
  [[nodiscard]] static bool isCaughtUp(const socketio::Socket& socket);
  void serve(const base::ObjectId& user, const socketio::SocketRef& ref);
  void onRead(const base::ObjectId& user, const socketio::SocketRef& ref,
              base::Result<Batch> batch);
  void noteOffered(const base::ObjectId& user, const Batch& batch);
  void onAnswered(const base::ObjectId& user, const socketio::SocketRef& ref,
                  std::vector<Receipts::Delivered> marks, bool more);
  void release(const base::ObjectId& user, const socketio::SocketRef& ref);
  void raise(const base::ObjectId& user, std::uint64_t from, std::uint64_t upTo);
  void onRaised(const base::ObjectId& user);

  const Parts p_;
  store::StoreWriter* writer_ = nullptr;
  std::atomic<bool> stopping_{false};
  base::Mutex mutex_;
  std::unordered_map<base::ObjectId, Entry, base::ObjectIdHash> users_ ROOKERY_GUARDED_BY(mutex_);
};

}  // namespace rookery::chat
