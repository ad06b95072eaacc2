#include <algorithm>
#include <memory>
#include <string>

#include "rookery/base/log.h"
#include "rookery/socketio/broadcast.h"
#include "rookery/socketio/frames.h"
#include "rookery/socketio/io.h"
#include "rookery/socketio/packet.h"
#include "rookery/socketio/server.h"

namespace rookery::socketio {

IoBroadcast& IoBroadcast::to(std::string_view room) {
  rooms_.push_back(nsp_.raw().room(room));
  return *this;
}

IoBroadcast& IoBroadcast::except(std::string_view room) {
  exceptRooms_.push_back(nsp_.raw().room(room));
  return *this;
}

IoBroadcast& IoBroadcast::except(const SocketRef& socket) {
  except_ = socket;
  return *this;
}

IoBroadcast& IoBroadcast::onlyIfWritable() {
  frameClass_ = net::FrameClass::kTyping;
  return *this;
}

void IoBroadcast::send(std::string_view event, const Args& args) {
  if (isReservedEvent(event)) {
    base::log::error("an event with a reserved name was not emitted", {{"event", event}});
    return;
  }
  auto step = std::make_shared<Broadcast>();
  const bool isVolatile = frameClass_ == net::FrameClass::kTyping;
  step->frame = isVolatile ? eventFrame(nsp_.name(), event, std::nullopt, args.json(),
                                        args.attachments(), frameClass_)
                           : eventFrame(nsp_.raw(), event, args.json(), args.attachments());
  step->rooms = rooms_;
  if (rooms_.empty()) step->rooms.push_back(nsp_.everyone_);
  step->exceptRooms = exceptRooms_;
  step->except = except_;
  nsp_.raw().emit(step);
}

void IoBroadcast::forEach(const std::function<void(IoSocket&)>& visit) {
  Server& server = nsp_.io().server();
  const auto matches = [rooms = rooms_, exceptRooms = exceptRooms_,
                        except = except_](const Socket& socket) {
    const auto isIn = [&](const RoomRef& room) { return socket.isIn(*room); };
    return socket.ref() != except && std::none_of(exceptRooms.begin(), exceptRooms.end(), isIn) &&
           (rooms.empty() || std::any_of(rooms.begin(), rooms.end(), isIn));
  };
  for (std::size_t i = 0; i < server.loopCount(); ++i) {
    net::Loop& loop = server.loop(i);
    loop.post([&server, &loop, &nsp = nsp_.raw(), matches, visit] {
      server.eachSocket(loop, [&](Socket& socket) {
        if (&socket.nsp() == &nsp && matches(socket)) visit(socket.state<IoSocket>());
      });
    });
  }
}

void IoBroadcast::disconnectSockets(bool close) {
  forEach([close](IoSocket& socket) { socket.disconnect(close); });
}

void IoBroadcast::socketsJoin(std::string_view room) {
  forEach([name = std::string(room)](IoSocket& socket) { socket.join(name); });
}

void IoBroadcast::socketsLeave(std::string_view room) {
  forEach([name = std::string(room)](IoSocket& socket) { socket.leave(name); });
}

}  // namespace rookery::socketio
