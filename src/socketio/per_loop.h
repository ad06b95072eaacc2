#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "rookery/base/json.h"
#include "rookery/socketio/recovery.h"
#include "rookery/socketio/server.h"
#include "rookery/socketio/socket.h"

namespace rookery::socketio {

/// What the server keeps for one loop. Thread: that loop; counters any.
struct Server::PerLoop {
  PerLoop(const RecoveryOptions& recovery, CutDirectory& directory, net::Loop& ofLoop)
      : loop(ofLoop),
        log(recovery),
        cut(recovery, directory),
        expiry(this, [](void* self) { static_cast<PerLoop*>(self)->expireCut(); }) {}
  /// Keeps what is left of the socket until it comes back or its time is over.
  void addCut(const RecoveryId& pid, CutSocket socket) {
    cut.add(pid, std::move(socket));
    expireCut();
  }
  void expireCut() {
    if (const auto next = cut.expire(loop.now())) loop.arm(expiry, *next);
  }

  net::Loop& loop;
  struct Slot {
    std::unique_ptr<Socket> socket;
    std::uint64_t generation = 0;
  };
  std::vector<Slot> slots;
  std::vector<std::uint32_t> freeSlots;
  std::uint64_t generations = 0;
  std::uint64_t broadcasts = 0;  ///< delivered; marks sockets that a broadcast has reached
  std::uint64_t commitNo = 0;    ///< of the last broadcast that had one
  /// Of the last one in the inbox; written by whoever posts these, before it lies there.
  std::atomic<std::uint64_t> postedCommitNo{0};
  bool delivering = false;  ///< a broadcast is being walked through its rooms
  base::JsonParser parser;
  FrameLog log;
  CutSockets cut;
  net::Timer expiry;
  LoopCounters counters;
};

}  // namespace rookery::socketio
