#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <absl/container/fixed_array.h>
#include <absl/container/inlined_vector.h>

#include "rookery/base/held.h"
#include "rookery/base/mutex.h"
#include "rookery/socketio/socket_ref.h"

namespace rookery::socketio {

class Socket;

/// A set of sockets, as one dense list per loop, so that a fan-out walks memory in order.
/// Thread: a loop's list is read and changed by that loop alone; hasReaders() by any.
class Room : public std::enable_shared_from_this<Room> {
 public:
  Room(std::string name, std::size_t loops);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Whether a broadcast must go to that loop at all. Raised before a join is answered, so that
  /// whoever orders a message after the answer sees it.
  [[nodiscard]] bool hasReaders(std::size_t loop) const {
    return perLoop_[loop].readers.load(std::memory_order_acquire) > 0;
  }
  /// Sockets of that loop are about to join: what is posted from now on goes there.
  void expectReader(std::size_t loop) {
    perLoop_[loop].readers.fetch_add(1, std::memory_order_release);
  }
  /// What expectReader() was for is done, or a socket that left with Socket::cut() will not come
  /// back. On that loop.
  void letGoOfReader(std::size_t loop) {
    perLoop_[loop].readers.fetch_sub(1, std::memory_order_release);
  }

 private:
  friend class Socket;
  friend class Namespace;
  friend class RoomTable;

  /// Has left, but is still due the outcomes of what it saw (delivery.md, who gets an outcome).
  struct Leaver {
    SocketRef socket;
    std::uint64_t upTo = 0;
  };
  struct PerLoop {
    absl::InlinedVector<Socket*, 2> members;  ///< most rooms are of one user
    std::vector<Leaver> leavers;
    std::atomic<std::uint32_t> readers{0};  ///< members and leavers
  };
  /// Forgets those who are due nothing behind `settled`.
  void dropLeavers(std::size_t loop, std::uint64_t settled);

  const std::string name_;
  absl::FixedArray<PerLoop, 1> perLoop_;
};

/// Shared, because sockets of several loops and whoever broadcasts end in any order.
using RoomRef = std::shared_ptr<Room>;

/// The rooms of a namespace by name; a room is there as long as somebody holds it.
/// Thread: any.
class RoomTable {
 public:
  explicit RoomTable(std::size_t loops) : loops_(loops) {}

  /// The room of that name, made when there is none.
  [[nodiscard]] RoomRef get(std::string_view name);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] base::Held held() const;

 private:
  static constexpr std::size_t kShards = 16;
  struct ByName {
    using is_transparent = void;
    [[nodiscard]] static std::string_view nameOf(std::string_view name) { return name; }
    [[nodiscard]] static std::string_view nameOf(const Room* room) { return room->name(); }
    [[nodiscard]] std::size_t operator()(const auto& one) const {
      return std::hash<std::string_view>()(nameOf(one));
    }
    [[nodiscard]] bool operator()(const auto& one, const auto& other) const {
      return nameOf(one) == nameOf(other);
    }
  };
  struct Shard {
    mutable base::Mutex mutex;
    /// Each is there until forget() took it out.
    std::unordered_set<Room*, ByName, ByName> rooms ROOKERY_GUARDED_BY(mutex);
  };
  [[nodiscard]] Shard& shardOf(std::string_view name) {
    return shards_[std::hash<std::string_view>()(name) % kShards];
  }
  void forget(Room* room);

  const std::size_t loops_;
  Shard shards_[kShards];
};

}  // namespace rookery::socketio
