#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "rookery/base/json.h"
#include "rookery/socketio/server.h"
#include "rookery/socketio/socket.h"

namespace rookery::socketio {

/// What the server keeps for one loop. Thread: that loop; counters any.
struct Server::PerLoop {
  struct Slot {
    std::unique_ptr<Socket> socket;
    std::uint64_t generation = 0;
  };
  std::vector<Slot> slots;
  std::vector<std::uint32_t> freeSlots;
  std::uint64_t generations = 0;
  std::uint64_t broadcasts = 0;  ///< delivered; marks sockets that a broadcast has reached
  std::uint64_t commitNo = 0;    ///< of the last broadcast that had one
  base::JsonParser parser;
  LoopCounters counters;
};

}  // namespace rookery::socketio
