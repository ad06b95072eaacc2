#include "rookery/chat/connections.h"

#include <memory>
#include <utility>

#include "rookery/base/json.h"
#include "rookery/base/log.h"
#include "rookery/chat/event_names.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {
namespace {

using socketio::Namespace;
using socketio::Refusal;

tl::unexpected<Refusal> tokenRequired() {
  return tl::unexpected<Refusal>({"Authentication error: Token is required"});
}

tl::unexpected<Refusal> invalidToken() {
  return tl::unexpected<Refusal>(
      {"Authentication error: Invalid token", R"({"code":"UNAUTHENTICATED"})"});
}

/// What a client says of itself: in `auth` of the CONNECT packet. Clients of protocol 4 have no
/// such packet and put it into the query.
struct Auth {
  std::string token;  ///< the header `access-token` of the handshake comes before
  bool ackMessages = false;
};
Auth authOf(const socketio::ConnectRequest& request) {
  Auth auth;
  if (request.protocol4) {
    auth.token = request.head.parameter("token").value_or("");
    auth.ackMessages = request.head.parameter("ackMessages") == "true";
  } else {
    thread_local base::JsonParser parser;
    const auto json = parser.parse(request.authJson);
    base::JsonObject object;
    if (json && json->get(object) == simdjson::SUCCESS) {
      auth.token = base::stringMember(object, "token").value_or("");
      if (object["ackMessages"].get(auth.ackMessages) != simdjson::SUCCESS)
        auth.ackMessages = false;
    }
  }
  const std::string_view header = request.head.header("access-token");
  if (!header.empty()) auth.token = header;
  return auth;
}

/// As `decide`, for a socket that acknowledges messages.
base::UniqueFunction<void(Namespace::Admission)> acknowledging(
    base::UniqueFunction<void(Namespace::Admission)> decide) {
  return [decide = std::move(decide)](Namespace::Admission admission) mutable {
    if (admission) static_cast<ChatSocket&>(**admission).acksMessages = true;
    decide(std::move(admission));
  };
}

/// Those the user has a room with, of the rooms with the newest messages.
std::vector<base::ObjectId> partnersIn(const std::vector<store::RoomRecord>& rooms,
                                       const base::ObjectId& user) {
  constexpr std::size_t kMostPartners = 500;  // a socket watches each of them
  std::vector<base::ObjectId> partners;
  for (const store::RoomRecord& room : rooms) {
    const base::ObjectId& other = room.senderId == user ? room.recieverId : room.senderId;
    if (other != user && partners.size() < kMostPartners) partners.push_back(other);
  }
  return partners;
}

}  // namespace

struct Connections::Known {
  std::optional<store::UserRecord> user;
  std::vector<store::Subscription> subscriptions;
  std::vector<base::ObjectId> partners;
  std::vector<store::PresenceRecord> presence;  ///< one, or none
};

void Connections::admit(const socketio::ConnectRequest& request,
                        base::UniqueFunction<void(Namespace::Admission)> decide) {
  const Auth auth = authOf(request);
  if (auth.token.empty()) return decide(tokenRequired());
  if (auth.ackMessages) decide = acknowledging(std::move(decide));
  const base::Result<TokenClaims> claims = p_.tokens.verify(auth.token, p_.clock.wall());
  if (!claims) {
    base::log::limited(base::log::Level::kInfo, "connection refused",
                       {{"peer", request.peer.text()}, {"error", claims.error().message}});
    return decide(invalidToken());
  }
  if (UserRef user = p_.sockets.find(claims->userId)) {
    if (user->disabled || !claims->fits(user->tokenVersion)) return decide(invalidToken());
    return decide(std::make_unique<ChatSocket>(std::move(user), *claims));
  }
  askStore(request.loop, *claims, std::move(decide));
}

void Connections::askStore(net::Loop& loop, const TokenClaims& claims, Decide decide) {
  const std::uint64_t updates = p_.sockets.updates(claims.userId);
  p_.readers.query<Known>(
      loop,
      [id = claims.userId](store::Reader& reader) -> store::Result<Known> {
        auto user = reader.user(id);
        if (!user) return base::fail(user.error());
        auto subscriptions = reader.subscriptionsOf(id);
        if (!subscriptions) return base::fail(subscriptions.error());
        const auto rooms = reader.roomsOf(id);
        if (!rooms) return base::fail(rooms.error());
        auto presence = reader.presenceOf({&id, 1});
        if (!presence) return base::fail(presence.error());
        return Known{std::move(*user), std::move(*subscriptions), partnersIn(*rooms, id),
                     std::move(*presence)};
      },
      [this, &loop, claims, updates,
       decide = std::move(decide)](const store::Result<Known>& known) mutable {
        onKnown(loop, claims, updates, known, std::move(decide));
      });
}

void Connections::onKnown(net::Loop& loop, const TokenClaims& claims, std::uint64_t updates,
                          const store::Result<Known>& known, Decide decide) {
  if (!known) {
    return decide(tl::unexpected<Refusal>(
        {"The store does not answer, try again", R"({"code":"STORE_FAILED","retryable":true})"}));
  }
  if (!known->user.has_value() || known->user->disabled ||
      !claims.fits(known->user->tokenVersion)) {
    return decide(invalidToken());
  }
  const UserRef user = makeUser(*known->user, p_.options.publicUrl);
  std::vector<ConversationRef> joined;
  for (const store::Subscription& one : known->subscriptions) {
    joined.push_back(p_.conversations.get(one.conversationId, one.kind));
  }
  const bool isFresh = p_.sockets.introduce(user, std::move(joined), known->partners, updates);
  if (!isFresh) return askStore(loop, claims, std::move(decide));
  p_.presence.restore(user->id, known->presence);
  decide(std::make_unique<ChatSocket>(user, claims));
}

SocketManager::Arrival Connections::arrive(socketio::Socket& socket) {
  const UserRef user = socket.state<ChatSocket>().user;
  SocketManager::Arrival arrival =
      p_.sockets.connect(user, {socket.ref(), base::ShortString(socket.id())});
  socket.join(p_.nsp.room(userRoomKey(user->id)));
  for (const ConversationRef& conversation : arrival.joined) {
    if (const socketio::RoomRef readers = conversation->readers()) socket.join(readers);
  }
  for (const base::ObjectId& one : arrival.partners) socket.join(p_.presence.watchersOf(one));
  return arrival;
}

void Connections::onRestore(socketio::Socket& socket, const socketio::CutSocket& left) {
  const SocketManager::Arrival arrival = arrive(socket);
  ChatSocket& state = socket.state<ChatSocket>();
  auto& before = static_cast<ChatSocket&>(*left.state);
  state.watched = before.watched;
  for (const base::ObjectId& one : state.watched) socket.join(p_.presence.watchersOf(one));
  state.reach.from = before.reach.from;
  state.reach.isSettled = before.reach.isSettled;
  state.stale = std::move(before.stale);
  state.leftAt = before.leftAt;
  if (!left.isPast) return;
  for (const base::ObjectId& one : arrival.partners) state.notePresence(one, state.leftAt);
  for (const base::ObjectId& one : state.watched) state.notePresence(one, state.leftAt);
}

void Connections::onConnection(socketio::Socket& socket) {
  const UserRef user = socket.state<ChatSocket>().user;
  if (!socket.recovered()) {
    socket.state<ChatSocket>().forgetEarlier();
    announce(socket, *user, arrive(socket));
  }
  socket.state<ChatSocket>().isPresent = true;
  p_.messageAcks.arrived(socket);
  p_.presence.connected(user->id);
  p_.tokenWatch.watch(socket);
  p_.pending.arrived(socket, p_.sockets.devices(user->id).size() == 1);
  base::log::info("socket connected", {{"socket", socket.id()},
                                       {"user", user->id.hex()},
                                       {"peer", socket.peer()},
                                       {"recovered", socket.recovered()}});
  // Whoever was changed after he was let in, and before he was seen here, was not told.
  if (const UserRef now = p_.sockets.find(user->id); now != nullptr && now != user) {
    socket.state<ChatSocket>().user = now;
    if (now->disabled || now->tokenVersion != user->tokenVersion) socket.disconnect(true);
  }
  if (p_.tokens.isEnded(socket.state<ChatSocket>().token.session)) socket.disconnect(true);
}

void Connections::announce(socketio::Socket& socket, const User& user,
                           const SocketManager::Arrival& arrival) {
  const base::WallMs now = p_.clock.wall();
  if (!arrival.others.empty()) {
    socketio::EventFrame toOld(p_.nsp, kAccountLoggedInElsewhere);
    toOld.args().beginObject().key("message").string("Your account has connected elsewhere");
    toOld.args().key("newSocketId").string(socket.id()).key("userId").id(user.id);
    toOld.args().key("timestamp").time(now).endObject();
    const net::SharedFrame frame = toOld.finish();
    auto step = std::make_shared<socketio::Broadcast>();
    for (const SocketManager::Device& other : arrival.others) {
      step->privately.emplace_back(other.ref, frame);
    }
    p_.nsp.post(std::move(step));

    socketio::EventFrame toNew(p_.nsp, kAccountAlreadyLoggedIn);
    toNew.tells(p_.server.sentCommitNo(socket.loop()));
    toNew.args().beginObject().key("message").string("Your account is connected elsewhere, too");
    toNew.args().key("previousSocketId").string(*arrival.previousSocketId);
    toNew.args().key("userId").id(user.id).key("timestamp").time(now).endObject();
    socket.send(toNew.finish());
  }
  if (!arrival.previousSocketId.has_value()) return;
  socketio::EventFrame frame(p_.nsp, kReconnected);
  frame.tells(p_.server.sentCommitNo(socket.loop()));
  frame.args().beginObject().key("message").string("Welcome back, your rooms are joined again");
  frame.args().key("rooms").beginArray();
  for (const ConversationRef& one : arrival.joined) frame.args().id(one->id());
  frame.args().endArray();
  frame.args().key("previousSocketId").string(*arrival.previousSocketId).endObject();
  socket.send(frame.finish());
}

void Connections::onDisconnect(socketio::Socket& socket, std::string_view reason) {
  ChatSocket& state = socket.state<ChatSocket>();
  const UserRef& user = state.user;
  p_.sockets.disconnect(user->id, socket.ref());
  state.leftAt = p_.clock.wall();
  // One that goes before it was given back what it missed was never there, and has taken nothing.
  if (!std::exchange(state.isPresent, false)) return;
  p_.presence.disconnected(user->id, socket.loop());
  p_.messageAcks.gone(socket);
  p_.pending.gone(socket);
  base::log::info("socket disconnected",
                  {{"socket", socket.id()}, {"user", user->id.hex()}, {"error", reason}});
}

}  // namespace rookery::chat
