#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/held.h"
#include "rookery/base/json_writer.h"
#include "rookery/base/mutex.h"
#include "rookery/base/object_id.h"
#include "rookery/chat/options.h"
#include "rookery/net/loop.h"
#include "rookery/socketio/namespace.h"
#include "rookery/store/store_writer.h"

namespace rookery::chat {

enum class PresenceStatus : std::uint8_t { kOffline = 0, kOnline = 1, kAway = 2, kDnd = 3 };
[[nodiscard]] std::string_view presenceText(PresenceStatus status);
/// online, away or dnd: what a client may choose.
[[nodiscard]] std::optional<PresenceStatus> chosenPresence(std::string_view text);

struct PresenceState {
  PresenceStatus status = PresenceStatus::kOffline;
  base::WallMs lastSeen = 0;  ///< 0: not known
};

/// Who is there (events.md, presence): a user is online while one of his sockets is connected, and
/// offline is told only when none came back within Options::presenceGrace. Those who watch a user
/// are a room of sockets, so a change costs what its watchers cost, and nobody else.
/// Thread: any.
/// At limit: of those who are offline the ones that left long ago are forgotten by sweep().
class Presence {
 public:
  Presence(const Options& options, const base::Clock& clock, socketio::Namespace& nsp)
      : options_(options), clock_(clock), nsp_(nsp) {}

  void setWriter(store::StoreWriter& writer) { writer_ = &writer; }
  /// What the store says of a user who was not known; does nothing when he is.
  void restore(const base::ObjectId& user, std::span<const store::PresenceRecord> record);

  /// A socket of the user came or went. In any order: only their number counts.
  void connected(const base::ObjectId& user);
  void disconnected(const base::ObjectId& user, net::Loop& loop);
  /// What the user says of himself; holds for all of his devices, which are told but for `by`.
  PresenceState choose(const base::ObjectId& user, PresenceStatus status,
                       const socketio::SocketRef& by);

  /// Nothing: not known in memory, hence not online.
  [[nodiscard]] std::optional<PresenceState> state(const base::ObjectId& user);
  /// `{presence: [{userId, status, lastSeen}]}` of these users; `stored`: what the store says of
  /// those who are not known in memory.
  [[nodiscard]] std::string statesJson(std::span<const base::ObjectId> users,
                                       std::span<const store::PresenceRecord> stored);
  /// What its watchers are in.
  [[nodiscard]] socketio::RoomRef watchersOf(const base::ObjectId& user);
  /// The event that says how things stand with the user; `told` as EventFrame::tells() has it.
  [[nodiscard]] net::SharedFrame frame(const base::ObjectId& user, const PresenceState& state,
                                       std::optional<std::uint64_t> told = std::nullopt);

  /// Users who are connected or whose going was not told yet.
  [[nodiscard]] std::size_t present();
  [[nodiscard]] base::Held held();
  /// Keeps what changed in the store and forgets who left long ago; to be called now and then.
  void sweep();
  /// The server stops: who is connected was last seen now.
  void keepAll();

 private:
  struct Entry {
    std::uint32_t sockets = 0;
    std::uint64_t departure = 0;  ///< rises when the last socket goes or the first one comes
    PresenceStatus chosen = PresenceStatus::kOnline;
    PresenceState told;
    base::SteadyTime leftAt{};
    bool isDirty = false;  ///< the store does not know it yet
  };
  static constexpr std::size_t kShards = 64;
  struct Shard {
    base::Mutex mutex;
    std::unordered_map<base::ObjectId, Entry, base::ObjectIdHash> users ROOKERY_GUARDED_BY(mutex);
  };
  [[nodiscard]] Shard& shardOf(const base::ObjectId& user) {
    return shards_[base::ObjectIdHash()(user) % kShards];
  }
  void leaveIfGone(const base::ObjectId& user, std::uint64_t departure, base::WallMs lastSeen);
  void tell(const base::ObjectId& user, const PresenceState& state,
            const socketio::SocketRef& by = {});

  const Options& options_;
  const base::Clock& clock_;
  socketio::Namespace& nsp_;
  void keep(std::vector<store::PresenceRecord> records);
  static store::PresenceRecord recordOf(const base::ObjectId& user, const Entry& entry);

  store::StoreWriter* writer_ = nullptr;
  Shard shards_[kShards];
};

/// What the store says of a user who has no socket.
[[nodiscard]] PresenceState absentState(const store::PresenceRecord& record);

/// `{userId, status, lastSeen}`.
void writePresence(base::JsonWriter& json, const base::ObjectId& user, const PresenceState& state);

}  // namespace rookery::chat
