#include "rookery/socketio/io_namespace.h"

#include "rookery/base/log.h"
#include "rookery/socketio/io.h"
#include "rookery/socketio/server.h"

namespace rookery::socketio {

IoHandlers& IoHandlers::use(Middleware middleware) {
  handlers_->middleware.push_back(std::move(middleware));
  return *this;
}

IoHandlers& IoHandlers::onConnection(std::function<void(IoSocket&)> handler) {
  handlers_->onConnection = std::move(handler);
  return *this;
}

IoHandlers& IoHandlers::addServerSide(std::string event, ServerSideHandler handler) {
  handlers_->serverSide.emplace_back(std::move(event), std::move(handler));
  return *this;
}

void IoHandlers::refuse(const IoEvent& event, const std::string& why) {
  base::log::error("an event within the server does not fit its handler",
                   {{"event", event.name}, {"error", why}});
}

IoNamespace::IoNamespace(Io& io, Namespace& raw, std::shared_ptr<Set> handlers)
    : IoHandlers(std::move(handlers)),
      io_(io),
      raw_(raw),
      everyone_(std::make_shared<Room>("", io.server().loopCount())) {
  raw_.use([this](const ConnectRequest& request,
                  base::UniqueFunction<void(Namespace::Admission)> decide) {
    admit(std::make_shared<const Handshake>(request), 0,
          std::make_shared<base::UniqueFunction<void(Namespace::Admission)>>(std::move(decide)));
  });
  raw_.onConnection([this](Socket& socket) { begin(socket); });
  raw_.onRestore([](Socket& socket, const CutSocket& left) {
    for (const RoomRef& room : left.rooms) socket.join(room);
    socket.state<IoSocket>().data_ = std::move(static_cast<IoSocket&>(*left.state).data_);
  });
  raw_.onEvent([](Socket& socket, const Event& event) { socket.state<IoSocket>().onEvent(event); });
  raw_.onDisconnect([](Socket& socket, std::string_view reason) {
    IoSocket& self = socket.state<IoSocket>();
    if (self.onDisconnect_) self.onDisconnect_(self, reason);
  });
}

void IoNamespace::admit(const std::shared_ptr<const Handshake>& handshake, std::size_t step,
                        const Decide& decide) {
  if (step == handlers_->middleware.size()) {
    (*decide)(std::make_unique<IoSocket>(*this, handshake));
    return;
  }
  handlers_->middleware[step](handshake,
                              [this, handshake, step, decide](std::optional<Refusal> refusal) {
                                if (refusal.has_value()) {
                                  (*decide)(tl::unexpected<Refusal>(std::move(*refusal)));
                                } else {
                                  admit(handshake, step + 1, decide);
                                }
                              });
}

void IoNamespace::begin(Socket& socket) {
  IoSocket& self = socket.state<IoSocket>();
  self.socket_ = &socket;
  socket.join(everyone_);
  socket.join(raw_.room(socket.id()));
  if (handlers_->onConnection) handlers_->onConnection(self);
}

void IoNamespace::serverSideSend(std::string_view event, const Args& args,
                                 std::function<void(const Args&)> answer) {
  net::Loop& first = io_.server().loop(0);
  IoAck ack;
  if (answer != nullptr) ack = IoAck(io_.server().home(), std::move(answer));
  first.post([this, name = std::string(event), args, ack = std::move(ack)] {
    base::JsonParser parser;
    const std::string text = "[" + args.json() + "]";
    base::JsonArray array;
    const auto value = parser.parse(text);
    if (!value || value->get(array) != simdjson::SUCCESS) {
      base::log::error("an event within the server is no JSON", {{"event", name}});
      return;
    }
    const std::vector<base::JsonValue> values(array.begin(), array.end());
    const IoEvent its{name, values, args.attachments(), args.json(), ack};
    for (const auto& [known, handler] : handlers_->serverSide) {
      if (known == name) handler(*this, its);
    }
  });
}

std::vector<IoNamespace*> IoDynamic::children() const {
  const base::MutexLock lock(mutex_);
  return children_;
}

std::unique_ptr<IoNamespace> IoDynamic::make(Namespace& raw) {
  auto made = std::make_unique<IoNamespace>(io_, raw, handlers_);
  const base::MutexLock lock(mutex_);
  children_.push_back(made.get());
  return made;
}

}  // namespace rookery::socketio
