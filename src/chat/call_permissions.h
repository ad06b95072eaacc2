#pragma once

#include "rookery/base/clock.h"
#include "rookery/base/function.h"
#include "rookery/base/object_id.h"
#include "rookery/chat/chat_socket.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"

namespace rookery::chat {

/// Whether one user may call another: they must share a room or a workspace (events.md, calls).
/// A yes is remembered with the socket for a minute, so that the signals before a call ask nothing
/// of the store.
/// Thread: the socket's loop.
class CallPermissions {
 public:
  /// Hears of the verdict on the socket's loop, in the order of asking; false also when the
  /// store failed.
  using Verdict = base::UniqueFunction<void(socketio::Socket&, bool allowed)>;

  CallPermissions(socketio::Server& server, store::StoreReaders& readers, const base::Clock& clock)
      : server_(server), readers_(readers), clock_(clock) {}

  /// Calls `verdict` now when the answer is known, later else; not at all when the socket goes.
  /// At limit: more than 256 signals that wait for one answer are refused.
  void ask(socketio::Socket& socket, const base::ObjectId& callee, Verdict verdict);
  /// The same, of the store in any case.
  void askAnew(socketio::Socket& socket, const base::ObjectId& callee, Verdict verdict);

 private:
  void onAnswer(const socketio::SocketRef& ref, const base::ObjectId& callee, bool allowed);

  socketio::Server& server_;
  store::StoreReaders& readers_;
  const base::Clock& clock_;
};

}  // namespace rookery::chat
