#include "rookery/socketio/namespace.h"

#include <algorithm>
#include <utility>

#include "rookery/socketio/per_loop.h"
#include "rookery/socketio/server.h"

namespace rookery::socketio {

class Namespace::DeliverTask final : public net::Task {
 public:
  DeliverTask(Namespace& nsp, net::Loop& loop, std::shared_ptr<const Broadcast> broadcast)
      : nsp_(nsp), loop_(loop), broadcast_(std::move(broadcast)) {}
  void run() override { nsp_.deliver(loop_, broadcast_); }

 private:
  Namespace& nsp_;
  net::Loop& loop_;
  std::shared_ptr<const Broadcast> broadcast_;  // shared: the loops finish with it in any order
};

Namespace::Namespace(Server& server, std::string name, std::size_t loops)
    : server_(server), name_(std::move(name)), rooms_(loops) {}

bool Namespace::isReader(const Broadcast& broadcast, std::size_t loop) {
  return std::any_of(broadcast.rooms.begin(), broadcast.rooms.end(),
                     [loop](const RoomRef& room) { return room->hasReaders(loop); }) ||
         (broadcast.also && broadcast.also.loop == loop) ||
         std::any_of(broadcast.privately.begin(), broadcast.privately.end(),
                     [loop](const auto& one) { return one.first && one.first.loop == loop; });
}

void Namespace::post(std::shared_ptr<const Broadcast> broadcast) {
  const auto posting = server_.posting();
  for (std::size_t i = 0; i < server_.loopCount(); ++i) {
    if (!isReader(*broadcast, i)) continue;
    net::Loop& loop = server_.loop(i);
    if (broadcast->commitNo != 0) server_.at(loop).postedCommitNo = broadcast->commitNo;
    loop.post(std::make_unique<DeliverTask>(*this, loop, broadcast));
  }
  if (broadcast->commitNo != 0) server_.notePosted(broadcast->commitNo);
}

void Namespace::emit(const std::shared_ptr<const Broadcast>& broadcast) {
  net::Loop* here = nullptr;
  auto posting = server_.posting();
  for (std::size_t i = 0; i < server_.loopCount(); ++i) {
    if (!isReader(*broadcast, i)) continue;
    net::Loop& loop = server_.loop(i);
    // Within a delivery, which a socket that closes may have led back here, another one would
    // walk the same lists.
    if (loop.isHere() && !server_.at(loop).delivering) {
      here = &loop;
    } else {
      loop.post(std::make_unique<DeliverTask>(*this, loop, broadcast));
    }
  }
  posting = {};
  if (here != nullptr) deliver(*here, broadcast);
}

void Namespace::visit(const std::shared_ptr<const Broadcast>& target, const Visit& visit) {
  net::Loop* here = nullptr;
  auto posting = server_.posting();
  for (std::size_t i = 0; i < server_.loopCount(); ++i) {
    net::Loop& loop = server_.loop(i);
    if (loop.isHere() && !server_.at(loop).delivering) {
      here = &loop;
    } else {
      loop.post([this, &loop, target, visit] { visit(loop, targets(loop, *target)); });
    }
  }
  posting = {};
  if (here != nullptr) visit(*here, targets(*here, *target));
}

std::vector<Socket*> Namespace::targets(net::Loop& loop, const Broadcast& target) {
  const std::uint64_t mark = ++server_.at(loop).broadcasts;
  for (const RoomRef& room : target.exceptRooms) {
    for (Socket* const socket : room->perLoop_[loop.index()].members) socket->seenBroadcast_ = mark;
  }
  std::vector<Socket*> found;
  for (const RoomRef& room : target.rooms) {
    for (Socket* const socket : room->perLoop_[loop.index()].members) {
      if (std::exchange(socket->seenBroadcast_, mark) == mark) continue;
      if (socket->ref() != target.except) found.push_back(socket);
    }
  }
  return found;
}

std::uint64_t Namespace::newBroadcastAckId() {
  // Clients keep ids in 32 bits with a sign, some of them.
  constexpr std::uint32_t kFirst = 1U << 30;
  return kFirst | (broadcastAcks_.fetch_add(1, std::memory_order_relaxed) & (kFirst - 1));
}

bool Namespace::hasReaders(const Room& room) const {
  for (std::size_t i = 0; i < server_.loopCount(); ++i) {
    if (room.hasReaders(i)) return true;
  }
  return false;
}

bool Namespace::isOverloaded(std::span<const RoomRef> rooms) const {
  for (std::size_t i = 0; i < server_.loopCount(); ++i) {
    if (server_.loop(i).inboxSize() <= server_.options().inboxItems) continue;
    for (const RoomRef& room : rooms) {
      if (room->hasReaders(i)) return true;
    }
  }
  return false;
}

void Namespace::keep(net::Loop& loop, const std::shared_ptr<const Broadcast>& step) {
  FrameLog& log = server_.at(loop).log;
  if (step->frame && step->frame.number() != 0) log.append(step, *this, loop.now());
  for (const auto& [ref, frame] : step->privately) {
    if (ref.loop == loop.index() && frame.number() != 0) log.append(ref, frame, *this, loop.now());
  }
}

void Namespace::deliver(net::Loop& loop, const std::shared_ptr<const Broadcast>& step) {
  const Broadcast& broadcast = *step;
  Server::PerLoop& here = server_.at(loop);
  if (server_.recovers()) keep(loop, step);
  const std::uint64_t mark = ++here.broadcasts;
  here.delivering = true;
  std::uint64_t deliveries = 0;
  if (broadcast.commitNo != 0) here.commitNo = broadcast.commitNo;
  for (const RoomRef& room : broadcast.exceptRooms) {
    for (Socket* const socket : room->perLoop_[loop.index()].members) socket->seenBroadcast_ = mark;
  }
  for (const RoomRef& room : broadcast.rooms) {
    Room::PerLoop& list = room->perLoop_[loop.index()];
    // By index: a socket that is closed as too slow leaves the list while we walk it.
    for (std::size_t i = 0; i < list.members.size(); ++i) {
      Socket& socket = *list.members[i];
      if (std::exchange(socket.seenBroadcast_, mark) == mark) continue;
      if (socket.ref() == broadcast.except) continue;
      socket.deliver(broadcast);
      ++deliveries;
      if (i < list.members.size() && list.members[i] != &socket) --i;
    }
    if (broadcast.outcomeOf == 0 || list.leavers.empty()) continue;
    for (const Room::Leaver& leaver : list.leavers) {
      Socket* const socket = server_.find(leaver.socket);
      if (socket == nullptr || leaver.upTo < broadcast.outcomeOf) continue;
      if (std::exchange(socket->seenBroadcast_, mark) == mark) continue;
      socket->deliver(broadcast);
      ++deliveries;
    }
    room->dropLeavers(loop.index(), broadcast.outcomeOf);
  }
  if (broadcast.also.loop == loop.index()) {
    Socket* const socket = server_.find(broadcast.also);
    if (socket != nullptr && std::exchange(socket->seenBroadcast_, mark) != mark) {
      socket->deliver(broadcast);
      ++deliveries;
    }
  }
  for (const auto& [ref, frame] : broadcast.privately) {
    if (ref.loop != loop.index()) continue;
    if (Socket* const socket = server_.find(ref)) {
      socket->deliver(frame);
      ++deliveries;
    }
  }
  here.delivering = false;
  here.counters.deliveries.fetch_add(deliveries, std::memory_order_relaxed);
}

void Namespace::send(const SocketRef& ref, const net::SharedFrame& frame) {
  if (Socket* const socket = server_.find(ref)) {
    socket->send(frame);
  } else if (ref && frame.number() != 0) {  // it may come back
    net::Loop& loop = server_.loop(ref.loop);
    server_.at(loop).log.append(ref, frame, *this, loop.now());
  }
}

}  // namespace rookery::socketio
