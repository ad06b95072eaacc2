#pragma once

#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "rookery/net/shared_frame.h"
#include "rookery/socketio/room.h"
#include "rookery/socketio/socket_ref.h"

namespace rookery::socketio {

/// One step of what readers see: made once, put into the inbox of every loop that has a reader,
/// at the same place in each loop's order. Immutable once posted.
struct Broadcast {
  using Rooms = absl::InlinedVector<RoomRef, 2>;

  net::SharedFrame frame;   ///< to every socket of the rooms, each at most once
  net::SharedFrame asking;  ///< its form for Socket::askForAcks(); none: `frame` is theirs
  Rooms rooms;
  SocketRef except;                  ///< does not get `frame`
  std::vector<RoomRef> exceptRooms;  ///< their sockets do not get `frame`
  SocketRef also;                    ///< gets `frame`, in the rooms or not
  /// Frames for single sockets, at the same place in the order, behind `frame`.
  absl::InlinedVector<std::pair<SocketRef, net::SharedFrame>, 1> privately;
  /// Not 0: `frame` is the outcome of that place (Orderer::Place::ordinal), which leavers up to it
  /// are due as well.
  std::uint64_t outcomeOf = 0;
  /// Not 0: the number of the commit that the step tells of. Steps with one are posted in their
  /// order, so that a loop knows up to which its sockets have been sent all that they are due.
  std::uint64_t commitNo = 0;
};

}  // namespace rookery::socketio
