#include "rookery/engineio/engine.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rookery/base/encoding.h"
#include "rookery/base/json_writer.h"
#include "rookery/base/log.h"

namespace rookery::engineio {
namespace {

constexpr std::size_t kSidCharacters = 20;  // of 15 bytes in base64url (protocol.md 2.2)
constexpr std::size_t kSidRandomBytes = 12;
constexpr std::uint32_t kSidCounterRange = 1U << 24;

/// protocol.md 2.1, the table of errors.
enum class ErrorCode : std::uint8_t {
  kTransportUnknown = 0,
  kSessionUnknown = 1,
  kBadHandshakeMethod = 2,
  kBadRequest = 3,
  kForbidden = 4,
  kUnsupportedVersion = 5,
};

std::string_view errorText(ErrorCode code) {
  switch (code) {
    case ErrorCode::kTransportUnknown:
      return "Transport unknown";
    case ErrorCode::kSessionUnknown:
      return "Session ID unknown";
    case ErrorCode::kBadHandshakeMethod:
      return "Bad handshake method";
    case ErrorCode::kBadRequest:
      return "Bad request";
    case ErrorCode::kForbidden:
      return "Forbidden";
    case ErrorCode::kUnsupportedVersion:
      return "Unsupported protocol version";
  }
  return "Bad request";
}

bool hasIllegalCharacter(std::string_view header) {
  return std::any_of(header.begin(), header.end(), [](char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

}  // namespace

struct Engine::Verdict {
  std::optional<ErrorCode> error{};
  std::string message{};       ///< of an error: replaces its text
  Session* session = nullptr;  ///< null: a handshake
  bool refused = false;        ///< 503: full or draining
  Revision revision = Revision::k4;

  [[nodiscard]] bool isHandshake() const { return !error && !refused && session == nullptr; }
  [[nodiscard]] std::string_view text() const {
    return message.empty() ? errorText(*error) : std::string_view(message);
  }
};

/// A POST of a session on its way. The session may end before it.
class Engine::PostArrival final : public net::HttpService::Arrival {
 public:
  PostArrival(Engine& engine, std::string sid) : engine_(engine), sid_(std::move(sid)) {}
  ~PostArrival() override {
    if (Session* const session = engine_.find(sid_)) session->endPost();
  }

 private:
  Engine& engine_;
  const std::string sid_;
};

Engine::Engine(Server& server, net::Loop& loop, unsigned loops)
    : server_(server), loop_(loop), loops_(loops) {
  counter_ = static_cast<std::uint32_t>(loop.random().next64());
}

Engine::~Engine() = default;

const Options& Engine::options() const { return server_.options_; }

const net::WebSocketOptions& Engine::webSocketOptions() const { return server_.webSocketOptions_; }

std::size_t Engine::pollingSessions() const {
  return static_cast<std::size_t>(std::count_if(
      sessions_.begin(), sessions_.end(),
      [](const auto& entry) { return entry.second->transport() == TransportKind::kPolling; }));
}

Engine::Verdict Engine::verify(const net::HttpHead& head, bool upgrade) {
  const std::optional<std::string> transport = head.parameter("transport");
  if (transport != "polling" && transport != "websocket") {
    return {.error = ErrorCode::kTransportUnknown};
  }
  if (hasIllegalCharacter(head.header("origin"))) return {.error = ErrorCode::kBadRequest};
  if (const std::optional<std::string> sid = head.parameter("sid"); sid && !sid->empty()) {
    Session* const session = find(*sid);
    if (session == nullptr) return {.error = ErrorCode::kSessionUnknown};
    const bool wantsWebSocket = transport == "websocket";
    const bool hasWebSocket = session->transport() == TransportKind::kWebSocket;
    if (!upgrade && wantsWebSocket != hasWebSocket) return {.error = ErrorCode::kBadRequest};
    return {.error = std::nullopt, .session = session};
  }
  if (head.method != "GET") return {.error = ErrorCode::kBadHandshakeMethod};
  if (transport == "websocket" && !upgrade) return {.error = ErrorCode::kBadRequest};
  return options().allowRequest ? Verdict{} : verifyHandshake(head);
}

Engine::Verdict Engine::verifyHandshake(const net::HttpHead& head) const {
  // Whatever is no 4 counts as 3 (protocol.md 2.1).
  const Revision revision = head.parameter("EIO") == "4" ? Revision::k4 : Revision::k3;
  if (revision == Revision::k3 && !options().allowEio3) {
    return {.error = ErrorCode::kUnsupportedVersion};
  }
  if (server_.refusing_ || server_.sessions_ >= options().maxSessions) return {.refused = true};
  return {.revision = revision};
}

Engine::Verdict Engine::decided(const net::HttpHead& head,
                                std::optional<std::string> refusal) const {
  if (!refusal) return verifyHandshake(head);
  return {.error = ErrorCode::kForbidden, .message = std::move(*refusal)};
}

net::HttpResponse Engine::answer(const net::HttpHead& head, unsigned status,
                                 std::string_view contentType, std::string body) const {
  net::HttpResponse response;
  response.status = status;
  if (!contentType.empty()) response.with("Content-Type", std::string(contentType));
  response.with("Cache-Control", "no-store");
  options().cors.apply(head, response);
  response.body = std::move(body);
  return response;
}

void Engine::onRequest(net::HttpRequest request, const net::PeerAddress& peer,
                       net::HttpResponder responder) {
  const net::HttpHead& head = request.head;
  if (options().cors.isPreflight(head)) {
    responder.answer(options().cors.preflight(head));
    return;
  }
  if (const std::optional<std::string> sid = head.parameter("sid")) {
    if (Session* const session = find(*sid)) session->readProbe();
  }
  const Verdict verdict = verify(head, false);
  if (!verdict.isHandshake() || !options().allowRequest) {
    return serve(std::move(request), peer, std::move(responder), verdict);
  }
  const net::HttpHead asked = head;
  options().allowRequest(
      asked, loop_,
      [this, request = std::move(request), peer,
       responder = std::move(responder)](std::optional<std::string> refusal) mutable {
        const Verdict outcome = decided(request.head, std::move(refusal));
        serve(std::move(request), peer, std::move(responder), outcome);
      });
}

void Engine::serve(net::HttpRequest request, const net::PeerAddress& peer,
                   net::HttpResponder responder, const Verdict& verdict) {
  const net::HttpHead& head = request.head;
  if (verdict.refused) {
    responder.answer(
        answer(head, 503, "text/plain", "Service Unavailable").with("Retry-After", "2"));
    return;
  }
  if (verdict.error.has_value()) {
    std::string body;
    base::JsonWriter json(body);
    json.beginObject().key("code").number(static_cast<std::int64_t>(*verdict.error));
    json.key("message").string(verdict.text()).endObject();
    const unsigned status = *verdict.error == ErrorCode::kForbidden ? 403 : 400;
    responder.answer(answer(head, status, "application/json", std::move(body)));
    return;
  }
  if (verdict.session == nullptr) {
    net::HttpHead copy = head;
    open(std::move(request.head), peer, verdict.revision)
        .openOver(std::move(copy), std::move(responder));
  } else if (head.method == "GET") {
    verdict.session->onPoll(std::move(request.head), std::move(responder));
  } else if (head.method == "POST") {
    verdict.session->onPost(std::move(request), std::move(responder));
  } else {
    responder.answer(answer(head, 405, "text/plain", "").with("Allow", "GET, POST, OPTIONS"));
  }
}

void Engine::onUpgrade(net::HttpHead head, net::WebSocketUpgrade upgrade) {
  const Verdict verdict = verify(head, true);
  if (!verdict.isHandshake() || !options().allowRequest) {
    return serve(std::move(head), std::move(upgrade), verdict);
  }
  const net::HttpHead asked = head;
  options().allowRequest(asked, loop_,
                         [this, head = std::move(head), upgrade = std::move(upgrade)](
                             std::optional<std::string> refusal) mutable {
                           const Verdict outcome = decided(head, std::move(refusal));
                           serve(std::move(head), std::move(upgrade), outcome);
                         });
}

void Engine::serve(net::HttpHead head, net::WebSocketUpgrade upgrade, const Verdict& verdict) {
  if (verdict.refused) {
    upgrade.refuse(answer(head, 503, "text/plain", "Service Unavailable").with("Retry-After", "2"));
    return;
  }
  if (verdict.error.has_value()) {
    const unsigned status = *verdict.error == ErrorCode::kForbidden ? 403 : 400;
    upgrade.refuse(answer(head, status, "text/html", std::string(verdict.text())));
    return;
  }
  const net::PeerAddress peer = upgrade.peer();
  // `upgrade` ends behind the session: what the client sent meanwhile comes to it then.
  net::WebSocketConnection* const webSocket = upgrade.accept(webSocketOptions());
  if (webSocket == nullptr) return;
  if (verdict.session != nullptr) {
    verdict.session->onProbe(*webSocket);
  } else {
    open(std::move(head), peer, verdict.revision).openOver(*webSocket);
  }
}

Session* Engine::find(std::string_view sid) const {
  const auto found = sessions_.find(sid);
  return found == sessions_.end() ? nullptr : found->second.get();
}

std::unique_ptr<net::HttpService::Arrival> Engine::onArrival(const net::HttpHead& head) {
  if (head.method != "POST") return nullptr;
  std::optional<std::string> sid = head.parameter("sid");
  Session* const session = sid ? find(*sid) : nullptr;
  if (session == nullptr) return nullptr;
  auto arrival = std::make_unique<PostArrival>(*this, std::move(*sid));
  session->beginPost();
  return arrival;
}

Session& Engine::open(net::HttpHead head, const net::PeerAddress& peer, Revision revision) {
  auto made = std::make_unique<Session>(*this, newSid(), std::move(head), peer, revision);
  Session& session = *made;
  sessions_.emplace(session.sid(), std::move(made));
  server_.sessions_.fetch_add(1);
  session.setHandler(server_.acceptor_.onSession(session));
  return session;
}

std::string Engine::newSid() {
  std::array<std::uint8_t, kSidRandomBytes + 3> bytes{};
  loop_.random().fill(std::span(bytes).first(kSidRandomBytes));
  // The counter's rest by the number of loops names the session's loop.
  const std::uint32_t range = kSidCounterRange / loops_;
  const std::uint32_t value = counter_++ % range * loops_ + loop_.index();
  bytes[kSidRandomBytes] = static_cast<std::uint8_t>(value >> 16);
  bytes[kSidRandomBytes + 1] = static_cast<std::uint8_t>(value >> 8);
  bytes[kSidRandomBytes + 2] = static_cast<std::uint8_t>(value);
  return base::base64Url(bytes);
}

void Engine::remove(Session& session) {
  const auto found = sessions_.find(session.sid());
  if (found == sessions_.end()) return;
  std::unique_ptr<Session> owned = std::move(found->second);
  sessions_.erase(found);
  server_.sessions_.fetch_sub(1);
  loop_.destroyAtTurnEnd(std::move(owned));
}

void Engine::closeAll(CloseReason reason) {
  std::vector<Session*> all;
  all.reserve(sessions_.size());
  for (const auto& entry : sessions_) all.push_back(entry.second.get());
  for (Session* const session : all) session->close(reason);
}

Server::Server(Options options, Acceptor& acceptor, const std::vector<net::Loop*>& loops)
    : options_(std::move(options)),
      webSocketOptions_{.limits = {.messageBytes = options_.maxHttpBufferSize},
                        .deflate = options_.deflate},
      acceptor_(acceptor) {
  for (net::Loop* const loop : loops) {
    engines_.push_back(std::make_unique<Engine>(*this, *loop, static_cast<unsigned>(loops.size())));
  }
}

Server::~Server() = default;

bool Server::handles(std::string_view path) const {
  // With and without the trailing slash: clients differ.
  return path.starts_with(options_.path) ||
         path == std::string_view(options_.path).substr(0, options_.path.size() - 1);
}

base::Held Server::held() const {
  // With its stream, its connection and the application's client; unsent bytes come on top.
  constexpr std::size_t kSession = sizeof(Session) + 900;
  return {"sessions", sessions(), sessions() * kSession,
          "limits.connections; each has unsent bytes up to limits.outQueueBytes"};
}

std::optional<unsigned> Server::ownerOf(const net::HttpHead& head) const {
  const std::optional<std::string> sid = head.parameter("sid");
  if (!sid || sid->size() != kSidCharacters) return std::nullopt;
  std::string standard = sid->substr(kSidCharacters - 4);
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  const std::optional<std::string> bytes = base::decodeBase64(standard);
  if (!bytes || bytes->size() != 3) return std::nullopt;
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>((*bytes)[i]); };
  const std::uint32_t value = static_cast<std::uint32_t>(at(0) << 16 | at(1) << 8 | at(2));
  return value % static_cast<std::uint32_t>(engines_.size());
}

void Server::onRequest(net::HttpRequest request, const net::PeerAddress& peer,
                       net::HttpResponder responder) {
  Engine& engine = *engines_[responder.loop().index()];
  engine.onRequest(std::move(request), peer, std::move(responder));
}

std::unique_ptr<net::HttpService::Arrival> Server::onArrival(const net::HttpHead& head,
                                                             net::Loop& loop) {
  return engines_[loop.index()]->onArrival(head);
}

void Server::onUpgrade(net::HttpHead head, net::WebSocketUpgrade upgrade) {
  Engine& engine = *engines_[upgrade.loop().index()];
  engine.onUpgrade(std::move(head), std::move(upgrade));
}

}  // namespace rookery::engineio
