#include "rookery/chat/call_permissions.h"

#include <algorithm>
#include <utility>

namespace rookery::chat {
namespace {

constexpr std::size_t kMaxWaiting = 256;
constexpr std::size_t kMaxRemembered = 64;
constexpr std::chrono::minutes kRememberedFor{1};

store::Result<bool> shareConversation(store::Reader& reader, const base::ObjectId& caller,
                                      const base::ObjectId& callee) {
  auto room = reader.roomOfPair(caller, callee);
  if (!room) return base::fail(room.error());
  if (room->has_value()) return (*room)->status != store::RoomStatus::kBlocked;
  auto workspaces = reader.workspacesOf(caller);
  if (!workspaces) return base::fail(workspaces.error());
  std::vector<base::ObjectId> ids;
  for (const store::WorkspaceRecord& one : *workspaces) ids.push_back(one.id);
  if (ids.empty()) return false;
  auto members = reader.members(ids);
  if (!members) return base::fail(members.error());
  return std::any_of(members->begin(), members->end(),
                     [&](const store::MemberRecord& one) { return one.userId == callee; });
}

}  // namespace

void CallPermissions::ask(socketio::Socket& socket, const base::ObjectId& callee, Verdict verdict) {
  auto& state = socket.state<ChatSocket>();
  auto& peers = state.seldom().callPeers;
  const auto known =
      std::find_if(peers.begin(), peers.end(), [&](const auto& one) { return one.user == callee; });
  if (known != peers.end()) {
    if (known->allowedUntil > clock_.steady()) return verdict(socket, true);
    if (known->waiting.size() >= kMaxWaiting) return verdict(socket, false);
    if (!known->waiting.empty()) {
      known->waiting.push_back(std::move(verdict));
      return;
    }
    peers.erase(known);  // it was remembered long enough
  }
  if (peers.size() >= kMaxRemembered) {
    std::erase_if(peers, [](const auto& one) { return one.waiting.empty(); });
  }
  peers.push_back({callee, {}, {}});
  peers.back().waiting.push_back(std::move(verdict));
  readers_.query<bool>(
      socket.loop(),
      [caller = state.user->id, callee](store::Reader& reader) {
        return shareConversation(reader, caller, callee);
      },
      [this, ref = socket.ref(), callee](store::Result<bool> allowed) {
        onAnswer(ref, callee, allowed.value_or(false));
      });
}

void CallPermissions::askAnew(socketio::Socket& socket, const base::ObjectId& callee,
                              Verdict verdict) {
  std::erase_if(socket.state<ChatSocket>().seldom().callPeers,
                [&](const auto& one) { return one.user == callee && one.waiting.empty(); });
  ask(socket, callee, std::move(verdict));
}

void CallPermissions::onAnswer(const socketio::SocketRef& ref, const base::ObjectId& callee,
                               bool allowed) {
  socketio::Socket* const socket = server_.find(ref);
  if (socket == nullptr) return;
  auto& peers = socket->state<ChatSocket>().seldom().callPeers;
  const auto at =
      std::find_if(peers.begin(), peers.end(), [&](const auto& one) { return one.user == callee; });
  if (at == peers.end()) return;
  std::vector<Verdict> waiting = std::exchange(at->waiting, {});
  if (allowed) {
    at->allowedUntil = clock_.steady() + kRememberedFor;
  } else {
    peers.erase(at);  // who is refused today may share a room tomorrow
  }
  for (Verdict& verdict : waiting) verdict(*socket, allowed);
}

}  // namespace rookery::chat
