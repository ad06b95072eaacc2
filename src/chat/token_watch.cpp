#include "rookery/chat/token_watch.h"

#include <algorithm>

#include "rookery/base/log.h"
#include "rookery/chat/chat_socket.h"
#include "rookery/chat/event_names.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {
namespace {

constexpr base::WallMs kNear = 30'000;  // more than between two sweeps

}  // namespace

void TokenWatch::watch(socketio::Socket& socket) {
  ChatSocket::Token& token = socket.state<ChatSocket>().token;
  if (token.isTimed) return;
  const base::WallMs due = token.isWarned ? token.expiresAt + p_.options.expiryGrace.count()
                                          : token.expiresAt - p_.options.expiryWarning.count();
  const base::WallMs wait = std::max<base::WallMs>(due - p_.clock.wall(), 0);
  if (wait > kNear) return;
  token.isTimed = true;
  socket.loop().postAfter(std::chrono::milliseconds(wait + 1), [this, ref = socket.ref()] {
    socketio::Socket* const still = p_.server.find(ref);
    if (still == nullptr) return;
    still->state<ChatSocket>().token.isTimed = false;
    check(*still);
  });
}

void TokenWatch::check(socketio::Socket& socket) {
  ChatSocket::Token& token = socket.state<ChatSocket>().token;
  const base::WallMs now = p_.clock.wall();
  if (now >= token.expiresAt + p_.options.expiryGrace.count()) return end(socket);
  if (!token.isWarned && now >= token.expiresAt - p_.options.expiryWarning.count()) {
    token.isWarned = true;
    socketio::EventFrame frame(p_.nsp.name(), kTokenExpiring);
    frame.args().beginObject().key("expiresAt").time(token.expiresAt).endObject();
    socket.send(frame.finish());
  }
  watch(socket);
}

void TokenWatch::end(socketio::Socket& socket) {
  socketio::EventFrame frame(p_.nsp.name(), kUnauthenticated);
  frame.args().beginObject().key("code").string("UNAUTHENTICATED");
  frame.args().key("message").string("The token has expired").endObject();
  socket.send(frame.finish());
  base::log::info("socket ended with its token", {{"socket", socket.id()}});
  socket.disconnect(true);
}

void TokenWatch::sweep() {
  for (std::size_t i = 0; i < p_.server.loopCount(); ++i) {
    net::Loop& loop = p_.server.loop(i);
    loop.post([this, &loop] {
      p_.server.eachSocket(loop, [this](socketio::Socket& socket) { watch(socket); });
    });
  }
}

}  // namespace rookery::chat
