#include "rookery/chat/memberships.h"

#include <atomic>
#include <memory>
#include <utility>

#include "rookery/base/planted.h"
#include "rookery/chat/acks.h"
#include "rookery/chat/conversation_access.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;

constexpr std::size_t kSubscriptionBytes = 128;  // what a row takes of the queue's byte limit

std::string_view noun(store::ConversationKind kind) {
  return kind == store::ConversationKind::kRoom ? "room" : "channel";
}

}  // namespace

void Memberships::join(const Wish& wish) {
  whenLoaded({wish, p_.conversations.get(wish.conversation)}, &Memberships::joinLoaded);
}

void Memberships::leave(const Wish& wish) {
  whenLoaded({wish, p_.conversations.get(wish.conversation)}, &Memberships::leaveLoaded);
}

void Memberships::whenLoaded(Request request, void (Memberships::*next)(const Request&)) {
  if (request.conversation->state() != Conversation::State::kUnknown) {
    (this->*next)(request);
    return;
  }
  const ConversationRef conversation = request.conversation;
  net::Loop& loop = p_.server.loop(request.ack.socket.loop);
  const bool waits = p_.conversations.whenLoaded(conversation, loop,
                                                 [this, request, next] { (this->*next)(request); });
  if (!waits) {
    answerFailure(p_.nsp, request.ack,
                  {ErrorCode::kOverloaded, "The server is busy, try again later"});
  }
}

base::Result<void> Memberships::mayJoin(const Request& request) const {
  const Conversation& conversation = *request.conversation;
  if (auto allowed = mayRead(conversation, request.kind, *request.user); !allowed) return allowed;
  if (request.workspaceId.has_value() && *request.workspaceId != conversation.workspaceId()) {
    return base::fail(ErrorCode::kInvalidPayload, "workspaceId is not that of the channel");
  }
  return {};
}

void Memberships::joinLoaded(const Request& request) {
  if (const base::Result<void> allowed = mayJoin(request); !allowed) {
    answerFailure(p_.nsp, request.ack, allowed.error());
    return;
  }
  if (p_.sockets.hasJoined(request.user->id, request.conversation->id())) {
    joinKept(request);
    return;
  }
  persist(request, true, [this, request] { joinKept(request); });
}

void Memberships::persist(const Request& request, bool joins, base::UniqueFunction<void()> kept) {
  base::Result<store::StoreWriter::Slot> slot = writer_->reserve(kSubscriptionBytes);
  if (!slot) {
    answerFailure(p_.nsp, request.ack, slot.error());
    return;
  }
  const store::Subscription what{request.conversation->id(), request.kind};
  writer_->write(
      std::move(*slot),
      [user = request.user->id, what, joins, now = p_.clock.wall()](store::Database& database) {
        if (!joins) return database.removeSubscription(user, what.conversationId);
        store::WriteResult result = database.putSubscription(user, what, now);
        // Of a room its two users are due all messages, joined or not.
        if (!result.ok() || what.kind == store::ConversationKind::kRoom) return result;
        return database.startCursor(user, what.conversationId);
      },
      [this, request, kept = std::move(kept)](const store::WriteResult& result) mutable {
        onAskersLoop(request, [this, request, result, kept = std::move(kept)]() mutable {
          if (result.ok()) {
            kept();
          } else {
            answerFailure(p_.nsp, request.ack, result.error);
          }
        });
      });
}

void Memberships::onAskersLoop(const Request& request, base::UniqueFunction<void()> work) {
  p_.server.loop(request.ack.socket.loop).post(std::move(work));
}

void Memberships::onAllDevices(const Request& request,
                               const std::vector<SocketManager::Device>& devices,
                               const std::function<void(socketio::Socket&)>& change,
                               base::UniqueFunction<void()> done) {
  struct Progress {
    std::atomic<std::size_t> left;
    base::UniqueFunction<void()> done;
  };
  // Shared by the loops: the last one to finish goes on.
  auto progress = std::make_shared<Progress>();
  progress->left = devices.size() + 1;
  progress->done = std::move(done);
  const auto step = [this, request, progress] {
    if (progress->left.fetch_sub(1) == 1) onAskersLoop(request, std::move(progress->done));
  };
  for (const SocketManager::Device& device : devices) {
    p_.server.loop(device.ref.loop).post([this, ref = device.ref, change, step] {
      if (socketio::Socket* const socket = p_.server.find(ref)) change(*socket);
      step();
    });
  }
  step();
}

void Memberships::joinKept(const Request& request) {
  const SocketManager::Change change = p_.sockets.join(request.user->id, request.conversation);
  const bool already = !change.changed;
  const socketio::RoomRef readers = request.conversation->readers();
  if (readers == nullptr) return answerJoined(request, already);
  onAllDevices(
      request, change.devices, [readers](socketio::Socket& socket) { socket.join(readers); },
      [this, request, already] { answerJoined(request, already); });
}

void Memberships::answerJoined(const Request& request, bool alreadyJoined) {
  Conversation& conversation = *request.conversation;
  std::uint64_t lastSeq = 0;
  {
    const base::MutexLock lock(conversation.order.mutex);
    lastSeq = conversation.lastConfirmed;
  }
  std::string data;
  base::JsonWriter json(data);
  json.beginObject().key(conversationKey(request.kind)).id(conversation.id());
  json.key("connectedUsers").number(std::uint64_t{conversation.onlineUsers.load()});
  json.key("alreadyJoined").boolean(alreadyJoined);
  json.key("lastSeq").number(lastSeq).endObject();
  const std::string message = (alreadyJoined ? "Already in the " : "Successfully joined the ") +
                              std::string(noun(request.kind));
  answerSuccess(p_.nsp, request.ack, message, data);
}

void Memberships::leaveLoaded(const Request& request) {
  const bool hasJoined = p_.sockets.hasJoined(request.user->id, request.conversation->id());
  if (hasJoined && request.conversation->state() == Conversation::State::kReady &&
      request.conversation->kind == request.kind) {
    persist(request, false, [this, request] { leaveKept(request); });
    return;
  }
  if (const base::Result<void> allowed = mayJoin(request); !allowed) {
    answerFailure(p_.nsp, request.ack, allowed.error());
    return;
  }
  leaveKept(request);
}

void Memberships::leaveKept(const Request& request) {
  Conversation& conversation = *request.conversation;
  auto answer = [this, request] {
    std::string data;
    base::JsonWriter json(data);
    json.beginObject()
        .key(conversationKey(request.kind))
        .id(request.conversation->id())
        .endObject();
    answerSuccess(p_.nsp, request.ack, "Successfully left the " + std::string(noun(request.kind)),
                  data);
  };
  const SocketManager::Change change = p_.sockets.leave(request.user->id, request.conversation);
  const socketio::RoomRef readers = conversation.readers();
  if (readers == nullptr) return answer();
  // Under the conversation's lock: on every loop the leave stands behind the frames of all
  // numbers given so far and before those of later ones.
  const base::MutexLock lock(conversation.order.mutex);
  const bool owesNothing =
      conversation.inFlight.empty() || base::isPlanted(base::PlantedBug::kLeaverForgotten);
  const std::uint64_t due = owesNothing ? 0 : conversation.inFlight.back().ordinal;
  onAllDevices(
      request, change.devices,
      [readers, due](socketio::Socket& socket) { socket.leave(readers, due); }, std::move(answer));
}

}  // namespace rookery::chat
