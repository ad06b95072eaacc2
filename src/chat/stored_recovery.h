#pragma once

#include <chrono>

#include "rookery/base/clock.h"
#include "rookery/chat/chat_socket.h"
#include "rookery/chat/options.h"
#include "rookery/chat/socket_manager.h"
#include "rookery/socketio/recovery_source.h"
#include "rookery/socketio/server.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::chat {

/// Gives clients their sockets back after a restart, and after longer than the loops keep events:
/// sockets are rows, and what was missed is read from the messages themselves (delivery.md,
/// Socket.IO recovery). Thread: as RecoverySource says.
class StoredRecovery final : public socketio::RecoverySource {
 public:
  struct Parts {
    const Options& options;
    const base::Clock& clock;
    socketio::Server& server;
    socketio::Namespace& nsp;
    store::StoreReaders& readers;
    SocketManager& sockets;
  };
  explicit StoredRecovery(const Parts& parts) : p_(parts) {}
  /// Before the loops run.
  void setWriter(store::StoreWriter& writer) { writer_ = &writer; }

  void keep(std::string_view pid, std::string_view socketId,
            const socketio::SocketState& state) override;
  void find(net::Loop& loop, std::string_view pid, std::string_view owner, Found done) override;
  void missed(const socketio::Socket& socket, std::uint64_t commitNo, Missed done) override;

 private:
  [[nodiscard]] socketio::CutSocket cutSocket(std::string_view pid, const store::KeptSocket& kept,
                                              UserRef user) const;
  void drop(std::string pidHash);

  const Parts p_;
  store::StoreWriter* writer_ = nullptr;
};

}  // namespace rookery::chat
