#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/mutex.h"
#include "rookery/base/random.h"
#include "rookery/net/shared_frame.h"
#include "rookery/socketio/broadcast.h"
#include "rookery/socketio/room.h"
#include "rookery/socketio/socket_ref.h"

/// Connection state recovery (protocol.md 3.5). Each loop keeps the frames that it delivered, in
/// its own order, and the sockets that were cut off. A client that comes back names the last frame
/// it has; what followed for its rooms is sent again.

namespace rookery::socketio {

class Namespace;
class SocketState;

struct RecoveryOptions {
  std::chrono::milliseconds window{0};  ///< how long a client may be away; 0: no recovery
  std::size_t bytes = 32UL << 20;       ///< of frames that a loop keeps
  std::size_t sockets = 50'000;         ///< that were cut, of a loop
  std::size_t replayedBytes = 512UL
                              << 10;  ///< to one client; one that missed more is not recovered
};

/// Names a session that can be recovered: 20 characters, a secret. Its end says where its socket
/// was made.
using RecoveryId = std::array<char, 20>;

[[nodiscard]] RecoveryId newRecoveryId(base::Random& random, const SocketRef& ref);
/// Where the socket was made, its generation left out; nothing when `pid` is no such id.
[[nodiscard]] std::optional<SocketRef> birthplaceOf(std::string_view pid);

/// What clients are given with a frame: its number, and the commit (Broadcast::commitNo) up to
/// which they have been told of all that they are due once they have it. As text `number.commitNo`,
/// or the number alone where nothing has such numbers.
struct Offset {
  std::uint64_t number = 0;    ///< 0: no frame
  std::uint64_t commitNo = 0;  ///< 0: not known
};
[[nodiscard]] std::string offsetText(const Offset& offset);
[[nodiscard]] std::optional<Offset> parseOffset(std::string_view text);

/// What is kept of a socket whose connection was cut.
struct CutSocket {
  Namespace* nsp = nullptr;
  std::unique_ptr<SocketState> state{};
  std::string pid{};
  std::string id{};
  std::string owner{};  ///< SocketState::owner()
  SocketRef ref{};
  std::vector<RoomRef> rooms{};       ///< in which it still counts as a reader of its loop
  std::uint64_t lastNumber = 0;       ///< of the last frame that was sent to it; 0: none
  std::uint64_t resumedFrom = 0;      ///< the offset with which it came; 0: it was new
  std::uint64_t connectPosition = 0;  ///< in the log, where what it was sent begins
  std::uint64_t cutPosition = 0;      ///< in the log, of its end
  base::SteadyTime cutAt{};
  bool isPast = false;  ///< what it missed is not in the log any more (RecoverySource)

  CutSocket();
  ~CutSocket();
  CutSocket(CutSocket&&) noexcept;
  CutSocket& operator=(CutSocket&&) noexcept;
};

/// The frames of one loop. Thread: that loop.
/// At limit: the oldest frames go; whoever needs them is not recovered.
class FrameLog {
 public:
  explicit FrameLog(const RecoveryOptions& options) : options_(options) {}

  /// What comes next gets this position.
  [[nodiscard]] std::uint64_t position() const { return first_ + entries_.size(); }
  void append(const std::shared_ptr<const Broadcast>& broadcast, const Namespace& nsp,
              base::SteadyTime now);
  /// To one socket.
  void append(const SocketRef& to, const net::SharedFrame& frame, const Namespace& nsp,
              base::SteadyTime now);
  /// Where begins what the socket was due behind the frame `offset`, or since it came when that
  /// is 0; nothing when that cannot be told any more, or when it is too much.
  [[nodiscard]] std::optional<std::uint64_t> startOfMissed(const CutSocket& socket,
                                                           std::uint64_t offset) const;
  /// How many frames there are, and what they take. Thread: any.
  [[nodiscard]] std::size_t frames() const { return frames_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  /// What the socket was due from there on, in order.
  [[nodiscard]] std::vector<net::SharedFrame> since(const CutSocket& socket,
                                                    std::uint64_t from) const;

 private:
  struct Entry {
    base::SteadyTime at;
    const Namespace* nsp;
    net::SharedFrame frame;
    std::shared_ptr<const Broadcast> broadcast;  ///< null: to `to` alone
    SocketRef to;
  };
  using Rooms = std::unordered_set<const Room*>;
  [[nodiscard]] static bool isDue(const Entry& entry, const CutSocket& socket, const Rooms& rooms);
  [[nodiscard]] std::optional<std::uint64_t> startFor(const CutSocket& socket, const Rooms& rooms,
                                                      std::uint64_t offset) const;
  void push(Entry entry);

  const RecoveryOptions& options_;
  std::deque<Entry> entries_;
  std::uint64_t first_ = 0;             ///< position of the first entry
  std::atomic<std::size_t> bytes_{0};   ///< written by the loop alone, as is the next
  std::atomic<std::size_t> frames_{0};  ///< for others to read
};

/// On which loop to look for a socket that was cut, or that was and lives again. Thread: any.
class CutDirectory {
 public:
  void put(const std::string& pid, std::uint32_t loop);
  void remove(const std::string& pid);
  /// False when it is there already.
  [[nodiscard]] bool claim(const std::string& pid, std::uint32_t loop);
  [[nodiscard]] std::optional<std::uint32_t> find(const std::string& pid);
  [[nodiscard]] std::size_t size();

 private:
  base::Mutex mutex_;
  std::unordered_map<std::string, std::uint32_t> loops_ ROOKERY_GUARDED_BY(mutex_);
};

/// The sockets that were cut on one loop. Thread: that loop.
/// At limit: the one that was cut first goes, to its namespace's RecoverySource if it has one.
class CutSockets {
 public:
  CutSockets(const RecoveryOptions& options, CutDirectory& directory)
      : options_(options), directory_(directory) {}
  void add(const RecoveryId& pid, CutSocket socket);
  /// Whoever takes it gives its rooms up, with letGo().
  [[nodiscard]] std::optional<CutSocket> take(std::string_view pid);
  /// Lets go of those whose time is over. When the next one's will be; nothing when there is none.
  std::optional<std::chrono::milliseconds> expire(base::SteadyTime now);
  /// Before the end: hands all of them to their RecoverySource.
  void keepAll() const;

  /// The rooms need no longer be told on the loop for the sake of one that was cut.
  static void letGo(const std::vector<RoomRef>& rooms, std::uint32_t loop);

 private:
  void dropOldest();
  static void keep(const CutSocket& socket);

  const RecoveryOptions& options_;
  CutDirectory& directory_;
  std::unordered_map<std::string, CutSocket> sockets_;
  std::deque<std::pair<base::SteadyTime, std::string>> order_;  ///< the oldest first
};

}  // namespace rookery::socketio
