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
/// in the same order: what was held and is not among those follows behind them. What is too old
/// for that is asked of the namespace's RecoverySource, in the same way.
namespace rookery::socketio {
namespace {

std::string ownerOf(const std::unique_ptr<SocketState>& state) {
  return state != nullptr ? state->owner() : std::string();
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
  if (!birthplace) return welcome(nsp, std::move(state));
  // A process before this one may have had more loops.
  if (!moved && birthplace->loop >= server_.loopCount()) {
    return askSource(asked, std::move(state), std::nullopt);
  }
  net::Loop& there = server_.loop(moved.value_or(birthplace->loop));
  auto find = [&server = server_, &there, &nsp, pid = asked.pid, isMoved = moved.has_value(),
               offset = asked.offset.number,
               owner = ownerOf(state)](std::optional<std::uint64_t>& start) {
    Server::PerLoop& its = server.at(there);
    std::optional<CutSocket> found = its.cut.take(pid);
    if (!found) {
      cutOff(its, pid, birthplaceOf(pid)->slot, isMoved);
      found = its.cut.take(pid);
    }
    if (!found) return found;
    const bool isItsOwn = found->nsp == &nsp && found->owner == owner;
    if (isItsOwn) start = its.log.startOfMissed(*found, offset);
    if (!start) {
      server.giveUp(*found);
      found->rooms.clear();
    }
    if (!isItsOwn) found.reset();
    return found;
  };
  if (there.isHere()) {
    std::optional<std::uint64_t> start;
    std::optional<CutSocket> found = find(start);
    return onFound(nsp, std::move(state), std::move(found), start);
  }
  there.post([self = self_, &server = server_, &here = session_.loop(), &nsp,
              find = std::move(find), state = std::move(state)]() mutable {
    std::optional<std::uint64_t> start;
    std::optional<CutSocket> found = find(start);
    here.post([self = std::move(self), &server, &nsp, state = std::move(state),
               found = std::move(found), start]() mutable {
      if (*self != nullptr) {
        (*self)->onFound(nsp, std::move(state), std::move(found), start);
      } else if (found && start) {  // gone again: the next time it begins anew
        server.giveUp(*found);
      }
    });
  });
}

void Client::onFound(Namespace& nsp, std::unique_ptr<SocketState> state,
                     std::optional<CutSocket> found, std::optional<std::uint64_t> start) {
  const Pending* const asked = findPending(nsp);
  if (asked == nullptr) {
    if (found && start) server_.giveUp(*found);
    return;
  }
  if (!found || !start) return askSource(*asked, std::move(state), std::move(found));
  std::vector<RoomRef> counted = found->rooms;
  const SocketRef ref = restore(*asked, *found, std::move(state)).ref();
  net::Loop& there = server_.loop(found->ref.loop);
  if (there.isHere()) {
    const std::vector<net::SharedFrame> missed = server_.at(there).log.since(*found, *start);
    CutSockets::letGo(counted, found->ref.loop);
    return onMissed(ref, missed);
  }
  server_.settlePosting();
  there.post([self = self_, &server = server_, &here = session_.loop(), &there, ref,
              found = std::move(*found), counted = std::move(counted), start]() mutable {
    std::vector<net::SharedFrame> missed = server.at(there).log.since(found, *start);
    CutSockets::letGo(counted, found.ref.loop);
    // A step that the log has may be on its way to the other inbox: the answer comes behind it.
    server.settlePosting();
    here.post([self = std::move(self), ref, missed = std::move(missed)] {
      if (*self != nullptr) (*self)->onMissed(ref, missed);
    });
  });
}

Socket& Client::restore(const Pending& asked, CutSocket& found,
                        std::unique_ptr<SocketState> state) {
  const std::string pid = asked.pid;  // `asked` ends with add()
  const std::uint64_t offset = asked.offset.number;
  Socket& socket = add(*found.nsp, found.id, std::move(state));
  std::copy_n(pid.begin(), socket.pid_.size(), socket.pid_.begin());
  socket.recovered_ = true;
  server_.cutDirectory_.put(pid, session_.loop().index());
  socket.lastNumber_ = offset;
  socket.resumedFrom_ = offset;
  socket.held_ = std::make_unique<Socket::Held>();
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
  if (socket->held_->bytes > server_.options().recovery.replayedBytes) return beginAnew(*socket);
  const auto held = std::exchange(socket->held_, nullptr);
  // What was held lies in the log twice from now on: its own copies are what counts.
  socket->connectPosition_ = server_.at(session_.loop()).log.position();
  std::unordered_set<std::uint64_t> sent;
  // As its own, so that the log has them in the order in which this client sees them.
  for (const net::SharedFrame& frame : missed) {
    sent.insert(frame.number());
    socket->send(frame);
  }
  for (const Socket::Held::One& one : held->all) {
    if (!sent.contains(one.frame.number())) socket->send(one.frame);
  }
  if (server_.find(ref) != nullptr) greet(*socket);
}

/// What the loops have no longer the application may know; `found` is the socket when it is only
/// the log that is too short.
void Client::askSource(const Pending& asked, std::unique_ptr<SocketState> state,
                       std::optional<CutSocket> found) {
  Namespace& nsp = *asked.nsp;
  RecoverySource* const source = nsp.recoverySource();
  if (source == nullptr || asked.offset.commitNo == 0) return welcome(nsp, std::move(state));
  if (found) return restorePast(nsp, std::move(state), std::move(*found));
  const std::string owner = ownerOf(state);
  source->find(session_.loop(), asked.pid, owner,
               [self = self_, &nsp, state = std::move(state)](auto kept) mutable {
                 if (*self == nullptr || (*self)->findPending(nsp) == nullptr) return;
                 if (!kept) return (*self)->welcome(nsp, std::move(state));
                 (*self)->restorePast(nsp, std::move(state), std::move(*kept));
               });
}

void Client::restorePast(Namespace& nsp, std::unique_ptr<SocketState> state, CutSocket found) {
  const Pending& asked = *findPending(nsp);
  // Of two connections that ask at once, one gets the socket.
  if (!server_.cutDirectory_.claim(asked.pid, session_.loop().index())) {
    return welcome(nsp, std::move(state));
  }
  const std::uint64_t commitNo = asked.offset.commitNo;
  found.nsp = &nsp;
  found.isPast = true;
  const Socket& socket = restore(asked, found, std::move(state));
  // What is posted from here on is held back; what was posted before was committed before.
  nsp.recoverySource()->missed(socket, commitNo, [self = self_, ref = socket.ref()](auto missed) {
    if (*self != nullptr) (*self)->onTold(ref, std::move(missed));
  });
}

void Client::onTold(const SocketRef& ref,
                    std::optional<std::vector<RecoverySource::Event>> missed) {
  Socket* const socket = server_.find(ref);
  if (socket == nullptr) return;
  if (!missed) return beginAnew(*socket);
  std::unordered_set<std::uint64_t> held;
  for (const Socket::Held::One& one : socket->held_->all) {
    if (one.commitNo != 0) held.insert(one.commitNo);
  }
  // A commit is seen in the store before its step is posted: what is not told yet comes by itself.
  const std::uint64_t told = server_.sentCommitNo(session_.loop());
  std::vector<net::SharedFrame> frames;
  std::size_t bytes = 0;
  for (RecoverySource::Event& event : *missed) {
    if (held.contains(event.commitNo) || event.commitNo > told) continue;
    bytes += event.frame.wire().size();
    frames.push_back(std::move(event.frame));
  }
  if (bytes > server_.options().recovery.replayedBytes) return beginAnew(*socket);
  onMissed(ref, frames);
}

void Client::beginAnew(Socket& socket) {
  Namespace& nsp = socket.nsp();
  drop(socket, "not recovered");
  welcome(nsp, std::move(socket.state_));
}

}  // namespace rookery::socketio
