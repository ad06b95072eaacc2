#include "rookery/socketio/io_socket.h"

#include <algorithm>

#include "rookery/base/log.h"
#include "rookery/socketio/frames.h"
#include "rookery/socketio/io.h"
#include "rookery/socketio/packet.h"
#include "rookery/socketio/server.h"

namespace rookery::socketio {

std::optional<Args> receivedArgs(const std::optional<AckAnswer>& answer) {
  if (!answer) return std::nullopt;
  const std::vector<base::JsonValue> values(answer->args.begin(), answer->args.end());
  return Args::received(insideBrackets(answer->json), values, answer->attachments);
}

IoSocket::IoSocket(IoNamespace& nsp, std::shared_ptr<const Handshake> handshake)
    : nsp_(nsp), handshake_(std::move(handshake)) {}

IoSocket::~IoSocket() = default;

void IoSocket::setHandler(std::string event, Handler handler) {
  for (auto& [name, known] : handlers_) {
    if (name == event) {
      known = std::move(handler);
      return;
    }
  }
  handlers_.emplace_back(std::move(event), std::move(handler));
}

void IoSocket::onInvalid(
    std::function<void(IoSocket&, const IoEvent&, const std::string&)> handler) {
  onInvalid_ = std::move(handler);
}

void IoSocket::onDisconnect(std::function<void(IoSocket&, std::string_view reason)> handler) {
  onDisconnect_ = std::move(handler);
}

void IoSocket::refuse(const IoEvent& event, const std::string& why) {
  base::log::limited(base::log::Level::kInfo, "an event does not fit its handler",
                     {{"event", event.name}, {"error", why}});
  if (onInvalid_) return onInvalid_(*this, event, why);
  event.ack(std::map<std::string, std::string>{{"error", why}});
}

void IoSocket::onEvent(const Event& event) {
  const auto found = std::find_if(handlers_.begin(), handlers_.end(),
                                  [&](const auto& one) { return one.first == event.name; });
  const Handler handler = found != handlers_.end() ? found->second : any_;  // it may replace itself
  if (!handler) return;
  IoAck ack;
  if (event.ack) {
    ack = IoAck(raw().loop(), [&nsp = nsp_.raw(), target = event.ack](const Args& args) {
      nsp.send(target.socket, ackFrame(nsp.name(), *target.id, args));
    });
  }
  handler(*this, {event.name, event.args, event.attachments, behindFirstValue(event.json),
                  std::move(ack)});
}

IoEmit& IoEmit::compress(bool may) {
  sending_.compress = may;
  return *this;
}

IoEmit& IoEmit::onlyIfWritable() {
  sending_.frameClass = net::FrameClass::kTyping;
  return *this;
}

void IoEmit::send(std::string_view event, const Args& args) {
  if (!mayEmit(event)) return;
  socket_.raw().send(eventFrame(socket_.nsp().raw(), event, args, sending_));
}

void IoAsk::send(std::string_view event, IoAnswer answer, const Args& args) {
  if (!mayEmit(event)) return;
  const std::uint64_t id = socket_.raw().expectAck(
      timeout_,
      [answer = std::move(answer)](std::optional<AckAnswer> got) { answer(receivedArgs(got)); });
  socket_.raw().send(askingFrame(socket_.nsp().name(), event, id, args, sending_));
}

void IoSocket::join(std::string_view room) { raw().join(nsp_.raw().room(room)); }

void IoSocket::leave(std::string_view room) { raw().leave(nsp_.raw().room(room)); }

bool IoSocket::isIn(std::string_view room) const { return raw().isIn(*nsp_.raw().room(room)); }

std::vector<std::string> IoSocket::rooms() const {
  std::vector<std::string> names;
  for (const RoomRef& room : raw().rooms()) {
    if (!room->name().empty()) names.push_back(room->name());  // without one: everybody's
  }
  return names;
}

IoBroadcast IoSocket::to(std::string_view room) { return broadcast().to(room); }

IoBroadcast IoSocket::broadcast() { return IoBroadcast(nsp_).except(raw().ref()); }

}  // namespace rookery::socketio
