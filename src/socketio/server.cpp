#include "rookery/socketio/server.h"

#include <algorithm>
#include <utility>

#include "rookery/socketio/client.h"
#include "rookery/socketio/per_loop.h"
#include "rookery/socketio/recovery_source.h"

namespace rookery::socketio {

Server::Server(Options options, std::vector<net::Loop*> loops)
    : options_(options), loops_(std::move(loops)) {
  for (net::Loop* const loop : loops_) {
    perLoop_.push_back(std::make_unique<PerLoop>(options_.recovery, cutDirectory_, *loop));
  }
  // Numbers of an earlier process name nothing here: they lie before its end.
  constexpr std::uint64_t kPerMillisecond = 1000;
  frameNumber_ = static_cast<std::uint64_t>(loops_.front()->clock().wall()) * kPerMillisecond;
}

Server::~Server() = default;

Namespace& Server::of(std::string_view name, absl::FunctionRef<void(Namespace&)> setUp) {
  if (Namespace* const found = find(name)) return *found;
  auto made = std::make_unique<Namespace>(*this, std::string(name), loops_.size());
  setUp(*made);
  const base::MutexLock lock(namespacesMutex_);
  namespaces_.push_back(std::move(made));
  return *namespaces_.back();
}

Namespace& Server::of(std::string_view name) {
  return of(name, [](Namespace&) {});
}

Namespace* Server::find(std::string_view nsp) {
  const base::MutexLock lock(namespacesMutex_);
  for (const auto& one : namespaces_) {
    if (one->name() == nsp) return one.get();
  }
  return nullptr;
}

Namespace* Server::findOrMake(std::string_view nsp) {
  Namespace* const found = find(nsp);
  return found != nullptr || !makeUnknown_ ? found : makeUnknown_(nsp);
}

net::Loop& Server::home() const {
  const auto here = std::find_if(loops_.begin(), loops_.end(),
                                 [](const net::Loop* loop) { return loop->isHere(); });
  return here == loops_.end() ? *loops_.front() : **here;
}

std::unique_ptr<engineio::SessionHandler> Server::onSession(engineio::Session& session) {
  return std::make_unique<Client>(*this, session);
}

Socket& Server::add(std::unique_ptr<Socket> socket) {
  PerLoop& here = at(socket->loop());
  if (here.freeSlots.empty()) {
    here.freeSlots.push_back(static_cast<std::uint32_t>(here.slots.size()));
    here.slots.emplace_back();
  }
  const std::uint32_t slot = here.freeSlots.back();
  here.freeSlots.pop_back();
  here.slots[slot].generation = ++here.generations;
  socket->ref_ = {socket->loop().index(), slot, here.generations};
  here.slots[slot].socket = std::move(socket);
  here.counters.sockets.fetch_add(1, std::memory_order_relaxed);
  return *here.slots[slot].socket;
}

void Server::remove(Socket& socket) {
  net::Loop& loop = socket.loop();
  PerLoop& here = at(loop);
  const std::uint32_t slot = socket.ref().slot;
  here.slots[slot].generation = 0;
  loop.destroyAtTurnEnd(std::move(here.slots[slot].socket));
  here.freeSlots.push_back(slot);
  here.counters.sockets.fetch_sub(1, std::memory_order_relaxed);
}

Socket* Server::find(const SocketRef& ref) {
  if (!ref) return nullptr;
  PerLoop& here = *perLoop_[ref.loop];
  loops_[ref.loop]->assertHere();
  if (ref.slot >= here.slots.size() || here.slots[ref.slot].generation != ref.generation) {
    return nullptr;
  }
  return here.slots[ref.slot].socket.get();
}

void Server::eachSocket(net::Loop& loop, const std::function<void(Socket&)>& visit) {
  PerLoop& here = at(loop);
  for (std::size_t i = 0; i < here.slots.size(); ++i) {
    if (here.slots[i].socket != nullptr) visit(*here.slots[i].socket);
  }
}

std::uint64_t Server::sentCommitNo(const net::Loop& loop) const {
  loop.assertHere();
  const PerLoop& here = *perLoop_[loop.index()];
  // Read first: what is posted to this loop later is of a later commit.
  const std::uint64_t posted = postedCommitNo();
  const bool hasAll = here.postedCommitNo.load(std::memory_order_relaxed) == here.commitNo;
  return hasAll ? std::max(posted, here.commitNo) : here.commitNo;
}

void Server::notePosted(std::uint64_t commitNo) {
  if (commitNo > postedCommitNo_.load(std::memory_order_relaxed)) {
    postedCommitNo_.store(commitNo, std::memory_order_release);
  }
}

void Server::keepSockets(net::Loop& loop) {
  eachSocket(loop, [](Socket& socket) {
    RecoverySource* const source = socket.nsp().recoverySource();
    const bool isKept = source != nullptr && !socket.pid().empty() && socket.held_ == nullptr;
    if (isKept && socket.state_ != nullptr) {
      source->keep(socket.pid(), socket.id(), *socket.state_);
    }
  });
  at(loop).cut.keepAll();
}

std::array<base::Held, 3> Server::held() {
  // With the application's state, and its place in some five rooms.
  constexpr std::size_t kSocket = sizeof(Socket) + 300;
  constexpr std::size_t kCut = sizeof(CutSocket) + 600;
  std::array<base::Held, 3> held{{
      {.part = "sockets", .bound = "limits.connections"},
      {.part = "frames for recovery", .bound = "recovery.bytes for each loop"},
      {.part = "sockets that may come back", .bound = "recovery.windowMs; 50 000 for each loop"},
  }};
  for (const auto& one : perLoop_) {
    held[0].items += one->counters.sockets.load(std::memory_order_relaxed);
    held[1].items += one->log.frames();
    held[1].bytes += one->log.bytes();
  }
  held[0].bytes = held[0].items * kSocket;
  held[2].items = cutDirectory_.size();
  held[2].bytes = held[2].items * kCut;
  return held;
}

const LoopCounters& Server::counters(std::size_t loop) const { return perLoop_[loop]->counters; }

}  // namespace rookery::socketio
