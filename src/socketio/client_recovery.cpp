#include <algorithm>
#include <unordered_set>
#include <utility>

#include "rookery/socketio/client.h"
#include "rookery/socketio/per_loop.h"
#include "rookery/socketio/server.h"

/// How a client that was cut off gets its socket back (protocol.md 3.5). What is left of the socket
/// lies on the loop that it was on; its new connection may be on another. Then the new socket joins
/// its rooms first, holding back what it is sent; once every step that is under way lies in the
/// inboxes of both loops, the old one hands out what it has. Both have the steps of a conversation
/// in the same order: what was held and is not among those follows behind them.
namespace rookery::socketio {
namespace {

/// Where begins what the client missed; nothing when what was found is not its own, or is not
/// enough.
std::optional<std::uint64_t> startFor(const FrameLog& log, const CutSocket& found,
                                      const Namespace& nsp, const std::string& owner,
                                      std::uint64_t offset) {
  if (found.nsp != &nsp || found.owner != owner) return std::nullopt;
  return log.startOfMissed(found, offset);
}

}  // namespace

/// The client is here while its earlier connection still looks alive, as after a change of
/// networks: that one ends now.
void Client::cutOff(Server::PerLoop& its, std::string_view pid, std::uint32_t slot, bool isMoved) {
  const auto has = [&](const Server::PerLoop::Slot& one) {
    return one.socket != nullptr && one.socket->pid() == pid;
  };
  Socket* live = nullptr;
  if (slot < its.slots.size() && has(its.slots[slot])) {
    live = its.slots[slot].socket.get();
  } else if (isMoved) {
    const auto found = std::find_if(its.slots.begin(), its.slots.end(), has);
    if (found != its.slots.end()) live = found->socket.get();
  }
  if (live != nullptr) live->session().close(engineio::CloseReason::kTransportClose);
}

void Client::recover(const Pending& asked, std::unique_ptr<SocketState> state) {
  Namespace& nsp = *asked.nsp;
  const std::optional<SocketRef> birthplace = birthplaceOf(asked.pid);
  const std::optional<std::uint32_t> moved = server_.cutDirectory_.find(asked.pid);
  if (!birthplace || birthplace->loop >= server_.loopCount()) return welcome(nsp, std::move(state));
  net::Loop& there = server_.loop(moved.value_or(birthplace->loop));
  auto find = [&server = server_, &there, &nsp, pid = asked.pid, isMoved = moved.has_value(),
               offset = asked.offset,
               owner = state != nullptr ? state->owner() : std::string()](std::uint64_t& start) {
    Server::PerLoop& its = server.at(there);
    std::optional<CutSocket> found = its.cut.take(pid);
    if (!found) {
      cutOff(its, pid, birthplaceOf(pid)->slot, isMoved);
      found = its.cut.take(pid);
    }
    if (!found) return found;
    const auto known = startFor(its.log, *found, nsp, owner, offset);
    start = known.value_or(0);
    if (!known) {
      server.giveUp(*found);
      found.reset();
    }
    return found;
  };
  std::uint64_t start = 0;
  if (there.isHere()) {
    std::optional<CutSocket> found = find(start);
    return onFound(nsp, std::move(state), std::move(found), start);
  }
  there.post([self = self_, &server = server_, &here = session_.loop(), &nsp,
              find = std::move(find), state = std::move(state), start]() mutable {
    std::optional<CutSocket> found = find(start);
    here.post([self = std::move(self), &server, &nsp, state = std::move(state),
               found = std::move(found), start]() mutable {
      if (*self != nullptr) {
        (*self)->onFound(nsp, std::move(state), std::move(found), start);
      } else if (found) {  // gone again: the next time it begins anew
        server.giveUp(*found);
      }
    });
  });
}

void Client::onFound(Namespace& nsp, std::unique_ptr<SocketState> state,
                     std::optional<CutSocket> found, std::uint64_t start) {
  const Pending* const asked = findPending(nsp);
  if (asked == nullptr) {
    if (found) server_.giveUp(*found);
    return;
  }
  if (!found) return welcome(nsp, std::move(state));
  std::vector<RoomRef> counted = found->rooms;
  const SocketRef ref = restore(*asked, *found, std::move(state)).ref();
  net::Loop& there = server_.loop(found->ref.loop);
  if (there.isHere()) {
    const std::vector<net::SharedFrame> missed = server_.at(there).log.since(*found, start);
    CutSockets::letGo(counted, found->ref.loop);
    return onMissed(ref, missed);
  }
  server_.settlePosting();
  there.post([self = self_, &server = server_, &here = session_.loop(), &there, ref,
              found = std::move(*found), counted = std::move(counted), start]() mutable {
    std::vector<net::SharedFrame> missed = server.at(there).log.since(found, start);
    CutSockets::letGo(counted, found.ref.loop);
    here.post([self = std::move(self), ref, missed = std::move(missed)] {
      if (*self != nullptr) (*self)->onMissed(ref, missed);
    });
  });
}

Socket& Client::restore(const Pending& asked, CutSocket& found,
                        std::unique_ptr<SocketState> state) {
  const std::string pid = asked.pid;  // `asked` ends with add()
  const std::uint64_t offset = asked.offset;
  Socket& socket = add(*found.nsp, found.id, std::move(state));
  std::copy_n(pid.begin(), socket.pid_.size(), socket.pid_.begin());
  socket.recovered_ = true;
  server_.cutDirectory_.put(pid, session_.loop().index());
  socket.lastNumber_ = offset;
  socket.resumedFrom_ = offset;
  socket.held_ = std::make_unique<std::vector<net::SharedFrame>>();
  if (found.nsp->onRestore_) {
    found.nsp->onRestore_(socket, found);
  } else {
    for (const RoomRef& room : found.rooms) socket.join(room);
  }
  std::erase_if(found.rooms, [&](const RoomRef& room) { return !socket.isIn(*room); });
  return socket;
}

void Client::onMissed(const SocketRef& ref, const std::vector<net::SharedFrame>& missed) {
  Socket* const socket = server_.find(ref);
  if (socket == nullptr) return;
  const auto held = std::exchange(socket->held_, nullptr);
  // What was held lies in the log twice from now on: its own copies are what counts.
  socket->connectPosition_ = server_.at(session_.loop()).log.position();
  std::unordered_set<std::uint64_t> sent;
  // As its own, so that the log has them in the order in which this client sees them.
  for (const net::SharedFrame& frame : missed) {
    sent.insert(frame.number());
    socket->send(frame);
  }
  for (const net::SharedFrame& frame : *held) {
    if (!sent.contains(frame.number())) socket->send(frame);
  }
  if (server_.find(ref) != nullptr) greet(*socket);
}

}  // namespace rookery::socketio
