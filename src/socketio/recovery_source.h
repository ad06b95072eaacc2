#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rookery/base/function.h"
#include "rookery/net/shared_frame.h"

namespace rookery::net {
class Loop;
}

namespace rookery::socketio {

class Socket;
class SocketState;
struct CutSocket;

/// What an application keeps of sockets and events for when the loops have them no longer: beyond
/// RecoveryOptions::window, and after a restart (protocol.md 3.5). What its events tell is numbered
/// by Broadcast::commitNo; a client's offset says up to which of these it has been told.
/// Set before the loops run; outlives the server.
class RecoverySource {
 public:
  virtual ~RecoverySource() = default;

  /// The socket was cut and is in memory no longer, or soon will not be. Thread: its loop.
  virtual void keep(std::string_view pid, std::string_view socketId, const SocketState& state) = 0;

  /// The socket of that pid, if it was kept for the same owner (SocketState::owner()): its id and
  /// state. It is found once. `done` runs on `loop`. Thread: that loop.
  using Found = base::UniqueFunction<void(std::optional<CutSocket>)>;
  virtual void find(net::Loop& loop, std::string_view pid, std::string_view owner, Found done) = 0;

  struct Event {
    net::SharedFrame frame;
    std::uint64_t commitNo = 0;  ///< of the one step that tells just this; 0: there is none
  };
  /// All that the socket is due of what was committed after `commitNo`, in order; nothing when that
  /// cannot be told, or is too much: its client then begins anew. Called once the socket is in its
  /// rooms, which hold back what they are sent. `done` runs on its loop. Thread: that loop.
  using Missed = base::UniqueFunction<void(std::optional<std::vector<Event>>)>;
  virtual void missed(const Socket& socket, std::uint64_t commitNo, Missed done) = 0;
};

}  // namespace rookery::socketio
