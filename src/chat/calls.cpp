#include "rookery/chat/calls.h"

namespace rookery::chat {
namespace {

constexpr std::chrono::seconds kAnswerStaysFresh{60};
constexpr std::chrono::minutes kForgottenAfter{10};

}  // namespace

Calls::CallRef Calls::find(const base::ObjectId& user, const std::optional<base::ObjectId>& other) {
  const auto found = byUser_.find(user);
  if (found == byUser_.end()) return nullptr;
  const CallRef& call = found->second;
  const base::ObjectId& peer = call->offerer == user ? call->answerer : call->offerer;
  // A client that answers sends the offer's `to` back, which names himself.
  if (other.has_value() && *other != peer && *other != user) return nullptr;
  return call;
}

Calls::Route Calls::offer(const base::ObjectId& from, const socketio::SocketRef& socket,
                          const base::ObjectId& to) {
  const base::MutexLock lock(mutex_);
  const base::SteadyTime now = clock_.steady();
  CallRef call = find(from, to);
  const bool isStale =
      call != nullptr && call->answering && now - call->answeredAt > kAnswerStaysFresh;
  if (call == nullptr || isStale) {
    call = std::make_shared<Call>();
    call->id = ids_.next().hex();
    call->offerer = from;
    call->answerer = to;
    call->offering = socket;
    byUser_[from] = byUser_[to] = call;
  }
  call->lastSignal = now;
  if (call->answering) {  // renegotiated: it stays between the two sockets
    return {to, call->offerer == from ? call->answering : call->offering, call->id};
  }
  if (call->offerer == from) call->offering = socket;
  return {.user = to, .callId = call->id};
}

base::Result<Calls::Route> Calls::answer(const base::ObjectId& from,
                                         const socketio::SocketRef& socket,
                                         const std::optional<base::ObjectId>& to) {
  const base::MutexLock lock(mutex_);
  const CallRef call = find(from, to);
  if (call == nullptr) return base::fail(base::ErrorCode::kNotFound, "There is no call to answer");
  call->lastSignal = clock_.steady();
  const base::ObjectId& peer = call->offerer == from ? call->answerer : call->offerer;
  const socketio::SocketRef& other = call->offerer == from ? call->answering : call->offering;
  const bool isSecond = call->answering && call->answering != socket && call->offering != socket;
  if (call->answering && (isSecond || call->answerer == from)) {
    return Route{.user = peer, .callId = call->id, .drop = true};
  }
  if (call->answerer == from) {
    call->answering = socket;
    call->answeredAt = call->lastSignal;
  }
  return Route{peer, other, call->id};
}

base::Result<Calls::Route> Calls::signal(const base::ObjectId& from,
                                         const socketio::SocketRef& socket,
                                         const std::optional<base::ObjectId>& to) {
  const base::MutexLock lock(mutex_);
  const CallRef call = find(from, to);
  if (call == nullptr) {
    if (to.has_value() && *to != from) return Route{.user = *to};
    return base::fail(base::ErrorCode::kNotFound, "There is no call");
  }
  call->lastSignal = clock_.steady();
  const bool isOfferer = call->offerer == from;
  const base::ObjectId& peer = isOfferer ? call->answerer : call->offerer;
  if (!call->answering) return Route{.user = peer, .callId = call->id};
  const socketio::SocketRef& own = isOfferer ? call->offering : call->answering;
  const socketio::SocketRef& other = isOfferer ? call->answering : call->offering;
  return Route{peer, other, call->id, own != socket};
}

base::Held Calls::held() {
  const base::MutexLock lock(mutex_);
  return {"users in calls", byUser_.size(),
          base::nodeBytes(byUser_) + byUser_.size() / 2 * (sizeof(Call) + base::kBlockBytes),
          "users who signal; forgotten when they are silent"};
}

void Calls::sweep() {
  const base::MutexLock lock(mutex_);
  const base::SteadyTime now = clock_.steady();
  std::erase_if(
      byUser_, [&](const auto& entry) { return now - entry.second->lastSignal > kForgottenAfter; });
}

}  // namespace rookery::chat
