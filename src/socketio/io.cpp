#include "rookery/socketio/io.h"

#include <algorithm>

#include "rookery/base/log.h"
#include "rookery/engineio/endpoint.h"
#include "rookery/engineio/engine.h"
#include "rookery/net/http_host.h"
#include "rookery/socketio/frames.h"
#include "rookery/socketio/packet.h"
#include "rookery/socketio/server.h"

namespace rookery::socketio {
namespace {

/// Whether the application may emit it (protocol.md 3.4).
bool mayEmit(std::string_view event) {
  if (!isReservedEvent(event)) return true;
  base::log::error("an event with a reserved name was not emitted", {{"event", event}});
  return false;
}

}  // namespace

struct Io::Impl {
  Impl(std::unique_ptr<net::HttpHost> made, const Options& options)
      : host(std::move(made)),
        server(withHandshakes(options.sockets), host->loops()),
        engine(options.engine, server, host->loops()),
        endpoint(engine) {}
  ~Impl() { host->stop(); }

  static socketio::Options withHandshakes(socketio::Options options) {
    options.keepHandshake = true;  // each namespace that is joined later shows it again
    return options;
  }

  std::unique_ptr<net::HttpHost> host;
  Server server;
  engineio::Server engine;
  engineio::Endpoint endpoint;
  std::vector<std::unique_ptr<IoNamespace>> namespaces;
};

Io::Io(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Io::~Io() = default;

base::Result<std::unique_ptr<Io>> Io::listen(Options options) {
  auto host = net::HttpHost::bind({.listen = options.listen,
                                   .loops = options.loops,
                                   .certificate = options.certificate,
                                   .key = options.key});
  if (!host) return base::fail(host.error());
  auto impl = std::make_unique<Impl>(std::move(*host), options);
  return std::unique_ptr<Io>(new Io(std::move(impl)));
}

IoNamespace& Io::of(std::string_view name) {
  for (const auto& one : impl_->namespaces) {
    if (one->name() == name) return *one;
  }
  impl_->namespaces.push_back(std::make_unique<IoNamespace>(*this, impl_->server.of(name)));
  return *impl_->namespaces.back();
}

void Io::page(std::string path, std::string contentType, std::string body) {
  impl_->endpoint.addPage(std::move(path), std::move(contentType), std::move(body));
}

const std::string& Io::url() const { return impl_->host->url(); }

Server& Io::server() const { return impl_->server; }

void Io::start() { impl_->host->start(impl_->endpoint); }

void Io::stop() { impl_->host->stop(); }

void Io::run() {
  net::HttpHost::takeStopSignals();
  start();
  net::HttpHost::waitForStopSignal();
  stop();
}

IoNamespace::IoNamespace(Io& io, Namespace& raw)
    : io_(io), raw_(raw), everyone_(std::make_shared<Room>("", io.server().loopCount())) {
  raw_.use([this](const ConnectRequest& request,
                  base::UniqueFunction<void(Namespace::Admission)> decide) {
    admit(std::make_shared<const Handshake>(request), 0,
          std::make_shared<base::UniqueFunction<void(Namespace::Admission)>>(std::move(decide)));
  });
  raw_.onConnection([this](Socket& socket) { begin(socket); });
  raw_.onEvent([](Socket& socket, const Event& event) { socket.state<IoSocket>().onEvent(event); });
  raw_.onDisconnect([](Socket& socket, std::string_view reason) {
    IoSocket& self = socket.state<IoSocket>();
    if (self.onDisconnect_) self.onDisconnect_(self, reason);
  });
}

IoNamespace& IoNamespace::use(Middleware middleware) {
  middleware_.push_back(std::move(middleware));
  return *this;
}

IoNamespace& IoNamespace::onConnection(std::function<void(IoSocket&)> handler) {
  onConnection_ = std::move(handler);
  return *this;
}

void IoNamespace::admit(const std::shared_ptr<const Handshake>& handshake, std::size_t step,
                        const Decide& decide) {
  if (step == middleware_.size()) {
    (*decide)(std::make_unique<IoSocket>(*this, handshake));
    return;
  }
  middleware_[step](handshake, [this, handshake, step, decide](std::optional<Refusal> refusal) {
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
  if (onConnection_) onConnection_(self);
}

IoSocket::IoSocket(IoNamespace& nsp, std::shared_ptr<const Handshake> handshake)
    : nsp_(nsp), handshake_(std::move(handshake)) {}

IoSocket::~IoSocket() = default;

void IoSocket::on(std::string event, Handler handler) {
  for (auto& [name, known] : handlers_) {
    if (name == event) {
      known = std::move(handler);
      return;
    }
  }
  handlers_.emplace_back(std::move(event), std::move(handler));
}

void IoSocket::onDisconnect(std::function<void(IoSocket&, std::string_view reason)> handler) {
  onDisconnect_ = std::move(handler);
}

void IoSocket::onEvent(const Event& event) {
  const auto found = std::find_if(handlers_.begin(), handlers_.end(),
                                  [&](const auto& one) { return one.first == event.name; });
  const Handler handler = found != handlers_.end() ? found->second : any_;  // it may replace itself
  if (!handler) return;
  handler(*this, {event.name, event.args, event.attachments, behindFirstValue(event.json),
                  event.ack ? IoAck(nsp_, event.ack) : IoAck()});
}

void IoSocket::send(std::string_view event, const Args& args) {
  if (!mayEmit(event)) return;
  raw().send(eventFrame(nsp_.raw(), event, args.json(), args.attachments()));
}

void IoAsk::send(std::string_view event, IoAnswer answer, const Args& args) {
  if (!mayEmit(event)) return;
  const std::uint64_t id =
      socket_.raw().expectAck(timeout_, [answer = std::move(answer)](std::optional<AckAnswer> got) {
        if (!got.has_value()) return answer(std::nullopt);
        const std::vector<base::JsonValue> values(got->args.begin(), got->args.end());
        answer(Args::received(insideBrackets(got->json), values, got->attachments));
      });
  socket_.raw().send(eventFrame(socket_.nsp().name(), event, id, args.json(), args.attachments()));
}

void IoSocket::join(std::string_view room) { raw().join(nsp_.raw().room(room)); }

void IoSocket::leave(std::string_view room) { raw().leave(nsp_.raw().room(room)); }

bool IoSocket::isIn(std::string_view room) const { return raw().isIn(*nsp_.raw().room(room)); }

IoBroadcast IoSocket::to(std::string_view room) { return broadcast().to(room); }

IoBroadcast IoSocket::broadcast() { return IoBroadcast(nsp_).except(raw().ref()); }

IoAck::IoAck(IoNamespace& nsp, AckTarget target)
    : nsp_(&nsp), target_(std::make_shared<std::optional<AckTarget>>(target)) {}

void IoAck::send(const Args& args) const {
  if (target_ == nullptr) return;
  const SocketRef ref = (*target_)->socket;
  net::SharedFrame frame = ackFrame(nsp_->name(), *(*target_)->id, args.json(), args.attachments());
  net::Loop& loop = nsp_->io().server().loop(ref.loop);
  auto answer = [target = target_, &nsp = nsp_->raw(), frame = std::move(frame)] {
    if (!target->has_value()) return;
    nsp.send((*target)->socket, frame);
    target->reset();
  };
  if (loop.isHere()) return answer();
  loop.post(std::move(answer));
}

std::optional<std::string_view> IoEvent::text(std::size_t index) const {
  std::string_view found;
  if (index >= values.size() || values[index].get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

std::optional<std::string_view> IoEvent::bytes(std::size_t index) const {
  if (index >= values.size() || attachments.empty()) return std::nullopt;
  const std::optional<std::size_t> number = placeholderNumber(values[index]);
  if (!number || *number >= attachments.size()) return std::nullopt;
  return attachments[*number];
}

}  // namespace rookery::socketio
