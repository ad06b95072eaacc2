#pragma once

#include "rookery/base/function.h"
#include "rookery/base/object_id.h"
#include "rookery/chat/chat_socket.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"

namespace rookery::chat {

/// Whether one user may call another: they must share a room or a workspace (events.md, calls).
/// A yes is remembered with the socket, so that the signals of a call ask nothing of the store.
/// Thread: the socket's loop.
class CallPermissions {
 public:
  /// Hears of the verdict on the socket's loop, in the order of asking; false also when the
  /// store failed.
  using Verdict = base::UniqueFunction<void(socketio::Socket&, bool allowed)>;

  CallPermissions(socketio::Server& server, store::StoreReaders& readers)
      : server_(server), readers_(readers) {}

  /// Calls `verdict` now when the answer is known, later else; not at all when the socket goes.
  /// At limit: more than 256 signals that wait for one answer are refused.
  void ask(socketio::Socket& socket, const base::ObjectId& callee, Verdict verdict);

 private:
  void onAnswer(const socketio::SocketRef& ref, const base::ObjectId& callee, bool allowed);

  socketio::Server& server_;
  store::StoreReaders& readers_;
};

}  // namespace rookery::chat
