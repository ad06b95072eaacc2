#include "rookery/socketio/socket.h"

#include <algorithm>
#include <utility>

#include "rookery/socketio/client.h"
#include "rookery/socketio/frames.h"
#include "rookery/socketio/namespace.h"
#include "rookery/socketio/per_loop.h"
#include "rookery/socketio/server.h"

namespace rookery::socketio {

Socket::Socket(Client& client, Namespace& nsp, std::string_view id,
               std::unique_ptr<SocketState> state)
    : client_(client), nsp_(nsp), id_(id), state_(std::move(state)) {}

Socket::~Socket() = default;

net::Loop& Socket::loop() const { return client_.session().loop(); }

engineio::Session& Socket::session() const { return client_.session(); }

void Socket::send(const net::SharedFrame& frame) {
  if (frame.number() != 0) {
    nsp_.server().at(loop()).log.append(ref_, frame, nsp_, loop().now());
  }
  deliver(frame);
}

void Socket::deliver(const net::SharedFrame& frame, std::uint64_t commitNo) {
  if (held_ != nullptr) return hold(frame, commitNo);
  if (frame.number() != 0) lastNumber_ = frame.number();
  client_.send(frame);
}

void Socket::hold(const net::SharedFrame& frame, std::uint64_t commitNo) {
  const std::size_t limit = nsp_.server().options().recovery.replayedBytes;
  if (held_->bytes > limit) return;
  held_->bytes += frame.wire().size();
  if (held_->bytes > limit) {
    held_->all.clear();
  } else {
    held_->all.push_back({frame, commitNo});
  }
}

std::uint64_t Socket::expectAck(std::chrono::milliseconds timeout, AckCallback callback) {
  if (acks_ == nullptr) acks_ = std::make_unique<Acks>();
  const std::uint64_t id = acks_->next++;
  expectAck(id, std::move(callback));
  if (timeout.count() > 0) {
    loop().postAfter(timeout, [&server = nsp_.server_, ref = ref_, id] {
      if (Socket* const socket = server.find(ref)) socket->dropAck(id);
    });
  }
  return id;
}

void Socket::expectAck(std::uint64_t id, AckCallback callback) {
  if (acks_ == nullptr) acks_ = std::make_unique<Acks>();
  acks_->waiting.emplace(id, std::move(callback));
}

void Socket::emitWithAck(std::string_view name, std::string_view argsJson,
                         std::chrono::milliseconds timeout, AckCallback callback) {
  EventFrame frame(nsp_.name(), name, expectAck(timeout, std::move(callback)));
  if (!argsJson.empty()) frame.args().raw(argsJson);
  send(frame.finish());
}

void Socket::onAck(std::uint64_t id, const AckAnswer& answer) {
  if (acks_ != nullptr) {
    auto node = acks_->waiting.extract(id);
    if (!node.empty()) return node.mapped()(answer);
  }
  if (nsp_.onAnswer_) nsp_.onAnswer_(*this, id);
}

void Socket::dropAck(std::uint64_t id) {
  if (acks_ == nullptr) return;
  auto node = acks_->waiting.extract(id);
  if (!node.empty()) node.mapped()(std::nullopt);
}

void Socket::join(const RoomRef& room) {
  if (isIn(*room)) return;
  Room::PerLoop& here = room->perLoop_[ref_.loop];
  rooms_.push_back({room, static_cast<std::uint32_t>(here.members.size())});
  here.members.push_back(this);
  here.readers.fetch_add(1, std::memory_order_release);
}

void Socket::leave(const RoomRef& room, std::uint64_t upTo) {
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    if (rooms_[i].room == room) {
      leaveAt(i, upTo > 0 ? Leave::kWithOutcomes : Leave::kAtOnce, upTo);
      return;
    }
  }
}

bool Socket::isIn(const Room& room) const {
  return std::any_of(rooms_.begin(), rooms_.end(),
                     [&](const Membership& one) { return one.room.get() == &room; });
}

std::vector<RoomRef> Socket::rooms() const {
  std::vector<RoomRef> rooms;
  for (const Membership& one : rooms_) rooms.push_back(one.room);
  return rooms;
}

void Socket::leaveAt(std::size_t membership, Leave how, std::uint64_t upTo) {
  const RoomRef room = std::move(rooms_[membership].room);
  const std::uint32_t index = rooms_[membership].index;
  rooms_[membership] = std::move(rooms_.back());
  rooms_.pop_back();

  Room::PerLoop& here = room->perLoop_[ref_.loop];
  Socket* const moved = here.members.back();
  here.members[index] = moved;
  here.members.pop_back();
  if (moved != this) {
    for (Membership& one : moved->rooms_) {
      if (one.room == room) one.index = index;
    }
  }
  if (how == Leave::kWithOutcomes) here.leavers.push_back({ref_, upTo});
  if (how == Leave::kAtOnce) room->letGoOfReader(ref_.loop);
}

CutSocket Socket::cut() {
  CutSocket left;
  left.nsp = &nsp_;
  left.pid = pid();
  left.id = id_;
  if (state_ != nullptr) left.owner = state_->owner();
  left.state = std::move(state_);
  left.ref = ref_;
  left.lastNumber = lastNumber_;
  left.resumedFrom = resumedFrom_;
  left.connectPosition = connectPosition_;
  left.cutPosition = nsp_.server().at(loop()).log.position();
  left.cutAt = loop().now();
  while (!rooms_.empty()) {
    left.rooms.push_back(rooms_.back().room);
    leaveAt(rooms_.size() - 1, Leave::kStaysReader, 0);
  }
  return left;
}

void Socket::end() {
  while (!rooms_.empty()) leaveAt(rooms_.size() - 1, Leave::kAtOnce, 0);
  if (acks_ == nullptr) return;
  for (auto& [id, callback] : std::exchange(acks_->waiting, {})) callback(std::nullopt);
}

std::string Socket::peer() const { return client_.session().peer().text(); }

bool Socket::hasPeerTakenAll() const { return client_.hasLeft(*this); }

void Socket::disconnect(bool close) {
  engineio::Session& session = client_.session();
  client_.send(disconnectFrame(nsp_.name()));  // also when the rest is held back
  client_.drop(*this, "server namespace disconnect");
  if (close) session.close(engineio::CloseReason::kForcedClose);
}

}  // namespace rookery::socketio
