#include "rookery/chat/stored_recovery.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "rookery/base/digest.h"
#include "rookery/base/encoding.h"
#include "rookery/base/log.h"
#include "rookery/chat/missed_events.h"

namespace rookery::chat {
namespace {

constexpr std::size_t kRowBytes = 256;  // of the writer's queue

/// The pid itself would let whoever reads the store take over a socket of that user.
std::string hashOf(std::string_view pid) { return base::hex(base::sha256(pid)); }

}  // namespace

void StoredRecovery::keep(std::string_view pid, std::string_view socketId,
                          const socketio::SocketState& state) {
  const auto& it = static_cast<const ChatSocket&>(state);
  const bool isCounted = it.reach.from != ChatSocket::Reach::kUnknown;
  auto slot = writer_->reserve(kRowBytes + it.watched.size() * base::ObjectId::kHexDigits);
  if (!slot) {  // its client begins anew, as after a crash
    base::log::limited(base::log::Level::kWarn, "a socket is not kept for its client",
                       {{"socket", socketId}, {"error", slot.error().message}});
    return;
  }
  store::KeptSocket row{
      .pidHash = hashOf(pid),
      .userId = it.user->id,
      .socketId = std::string(socketId),
      .watched = it.watched,
      .reachFrom = isCounted ? std::max(it.reach.from, it.reach.proven) : it.reach.from,
      .isSettled = it.reach.isSettled,
      .leftAt = it.isPresent ? p_.clock.wall() : it.leftAt};
  writer_->write(
      std::move(*slot),
      [row = std::move(row)](store::Database& database) { return database.keepSocket(row); },
      [](const store::WriteResult& result) {
        if (result.ok()) return;
        base::log::limited(base::log::Level::kWarn, "a socket is not kept for its client",
                           {{"error", result.error.message}});
      });
}

void StoredRecovery::find(net::Loop& loop, std::string_view pid, std::string_view owner,
                          Found done) {
  using Row = std::optional<store::KeptSocket>;
  p_.readers.query<Row>(
      loop,
      [hash = hashOf(pid), since = p_.clock.wall() - p_.options.keepSocketsFor.count()](
          store::Reader& reader) { return reader.keptSocket(hash, since); },
      [this, pid = std::string(pid), owner = std::string(owner),
       done = std::move(done)](store::Result<Row> row) mutable {
        if (!row || !row->has_value() || (*row)->userId.hex() != owner) return done(std::nullopt);
        UserRef user = p_.sockets.find((*row)->userId);
        if (user == nullptr) return done(std::nullopt);
        drop((*row)->pidHash);
        done(cutSocket(pid, **row, std::move(user)));
      });
}

socketio::CutSocket StoredRecovery::cutSocket(std::string_view pid, const store::KeptSocket& kept,
                                              UserRef user) const {
  auto state = std::make_unique<ChatSocket>(std::move(user), TokenClaims{});
  state->watched = kept.watched;
  state->leftAt = kept.leftAt;
  state->reach.from = kept.reachFrom;
  state->reach.isSettled = kept.isSettled;
  socketio::CutSocket socket;
  socket.nsp = &p_.nsp;
  socket.pid = pid;
  socket.id = kept.socketId;
  socket.owner = state->owner();
  socket.state = std::move(state);
  return socket;
}

void StoredRecovery::drop(std::string pidHash) {
  auto slot = writer_->reserve(kRowBytes);
  if (!slot) return;  // the pid names a socket that is in memory now; the row ends by its age
  writer_->write(
      std::move(*slot),
      [hash = std::move(pidHash)](store::Database& database) {
        return database.dropKeptSocket(hash);
      },
      [](const store::WriteResult&) {});
}

void StoredRecovery::missed(const socketio::Socket& socket, std::uint64_t commitNo, Missed done) {
  const ChatSocket& state = socket.state<ChatSocket>();
  using Events = std::vector<Event>;
  p_.readers.query<Events>(
      socket.loop(),
      [&nsp = p_.nsp, user = state.user->id, commitNo, &options = p_.options,
       since = state.leftAt - ChatSocket::kFrameAge](store::Reader& reader) {
        return MissedEvents(reader, nsp, user, commitNo, options).read(since);
      },
      [done = std::move(done)](base::Result<Events> events) mutable {
        if (!events) return done(std::nullopt);
        done(std::move(*events));
      });
}

}  // namespace rookery::chat
