#include "rookery/socketio/client.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <array>
#include <utility>

#include "rookery/base/encoding.h"
#include "rookery/base/log.h"
#include "rookery/socketio/frames.h"
#include "rookery/socketio/handshake.h"
#include "rookery/socketio/msgpack_packet.h"
#include "rookery/socketio/per_loop.h"
#include "rookery/socketio/server.h"

namespace rookery::socketio {
namespace {

constexpr std::size_t kIdBytes = 15;  // 20 characters

/// Whether every placeholder in the tree names one of `attachments` (protocol.md 3.2).
bool placeholdersFit(const base::JsonValue& value, std::size_t attachments) {
  if (base::JsonArray array; value.get(array) == simdjson::SUCCESS) {
    return std::all_of(array.begin(), array.end(), [&](const base::JsonValue& one) {
      return placeholdersFit(one, attachments);
    });
  }
  base::JsonObject object;
  if (value.get(object) != simdjson::SUCCESS) return true;
  bool isPlaceholder = false;
  if (object["_placeholder"].get(isPlaceholder) == simdjson::SUCCESS && isPlaceholder) {
    std::uint64_t number = 0;
    return object["num"].get(number) == simdjson::SUCCESS && number < attachments;
  }
  return std::all_of(object.begin(), object.end(), [&](const auto& member) {
    return placeholdersFit(member.value, attachments);
  });
}

}  // namespace

struct Client::Partial {
  std::string text;
  std::uint32_t expected = 0;
  std::vector<std::string> attachments;
};

Client::Client(Server& server, engineio::Session& session)
    : server_(server),
      session_(session),
      connectTimeout_(std::make_unique<net::Timer>(this, [](void* self) {
        static_cast<Client*>(self)->session_.close(engineio::CloseReason::kForcedClose);
      })) {
  session_.loop().arm(*connectTimeout_, server_.options().connectTimeout);
}

Client::~Client() {
  if (self_ != nullptr) *self_ = nullptr;
}

void Client::protocolError(std::string_view what) {
  base::log::limited(base::log::Level::kInfo, "socket.io protocol error", {{"error", what}});
  session_.close(engineio::CloseReason::kForcedClose);
}

Socket* Client::socketOf(std::string_view nsp) const {
  for (Socket* const socket : sockets_) {
    if (socket->nsp().name() == nsp) return socket;
  }
  return nullptr;
}

bool Client::speaksProtocol4() const { return session_.revision() == engineio::Revision::k3; }

/// In protocol 4 a client makes its ids up itself, of its session's (protocol.md 2.11).
std::string Client::newSocketId(const Namespace& nsp) const {
  if (speaksProtocol4()) {
    const std::string sid(session_.sid());
    return nsp.name() == "/" ? sid : nsp.name() + "#" + sid;
  }
  std::array<std::uint8_t, kIdBytes> bytes{};
  session_.loop().random().fill(bytes);
  return base::base64Url(bytes);
}

void Client::onOpen() {
  if (!speaksProtocol4()) return;
  if (Namespace* const main = server_.find("/")) join({.nsp = main}, "{}");
}

const net::SharedFrame& Client::inItsForm(const net::SharedFrame& frame) const {
  return server_.options().parser == Parser::kMsgpack ? frame.convertedOnce(encodeMsgpack) : frame;
}

void Client::send(const net::SharedFrame& frame) { session_.send(inItsForm(frame)); }

void Client::onMessage(bool binary, std::string_view payload) {
  if (server_.options().parser == Parser::kMsgpack) return onMsgpack(binary, payload);
  if (binary) {
    if (partial_ == nullptr) return protocolError("binary message without a packet");
    partial_->attachments.emplace_back(payload);
    if (partial_->attachments.size() < partial_->expected) return;
    const std::unique_ptr<Partial> whole = std::move(partial_);
    onPacket(*decodeHead(whole->text, server_.options().maxAttachments), whole->attachments);
    return;
  }
  if (partial_ != nullptr) return protocolError("text while attachments are pending");
  const std::optional<PacketHead> head = decodeHead(payload, server_.options().maxAttachments);
  if (!head.has_value()) return protocolError("malformed packet");
  if (head->attachments > 0) {
    partial_ = std::make_unique<Partial>(Partial{std::string(payload), head->attachments, {}});
    return;
  }
  onPacket(*head, {});
}

void Client::onMsgpack(bool binary, std::string_view payload) {
  const auto packet = binary ? decodeMsgpack(payload) : nullptr;
  if (packet == nullptr) return protocolError("malformed packet");
  onPacket(packet->head, packet->attachments);
}

void Client::onPacket(const PacketHead& head, std::span<const std::string> attachments) {
  switch (head.type) {
    case PacketType::kConnect:
      return onConnect(head);
    case PacketType::kDisconnect:
      return onDisconnect(head);
    case PacketType::kEvent:
    case PacketType::kBinaryEvent:
      return onEvent(head, attachments);
    case PacketType::kAck:
    case PacketType::kBinaryAck:
      return onAck(head, attachments);
    case PacketType::kConnectError:
      return protocolError("CONNECT_ERROR from a client");
  }
}

void Client::onConnect(const PacketHead& head) {
  if (head.ackId.has_value()) return protocolError("CONNECT with an ack id");
  Pending asked;
  if (!head.json.empty()) {
    base::JsonObject object;
    const auto value = server_.at(session_.loop()).parser.parse(head.json);
    if (!value || value->get(object) != simdjson::SUCCESS) {
      return protocolError("CONNECT whose payload is no object");
    }
    asked.pid = base::stringMember(object, "pid").value_or("");
    const auto offset = base::stringMember(object, "offset");
    asked.offset = parseOffset(offset.value_or("")).value_or(Offset{});
    asked.offsetUnknown = offset.has_value() && asked.offset.number == 0;
  }
  Namespace* const nsp = server_.findOrMake(head.nsp);
  asked.nsp = nsp;
  if (nsp == nullptr) {
    send(connectErrorFrame(head.nsp, "Invalid namespace"));
    return;
  }
  if (socketOf(head.nsp) != nullptr || findPending(*nsp) != nullptr) {
    return protocolError("second CONNECT to a namespace");
  }
  if (speaksProtocol4()) {
    join(std::move(asked), queryJson(head.query));
  } else {
    join(std::move(asked), head.json.empty() ? std::string_view("{}") : head.json);
  }
}

Client::Pending* Client::findPending(const Namespace& nsp) {
  const auto found = std::find_if(pending_.begin(), pending_.end(),
                                  [&](const Pending& one) { return one.nsp == &nsp; });
  return found == pending_.end() ? nullptr : &*found;
}

void Client::join(Pending asked, std::string_view authJson) {
  Namespace& nsp = *asked.nsp;
  if (self_ == nullptr) self_ = std::make_shared<Client*>(this);
  pending_.push_back(std::move(asked));
  auto decide = [self = self_, &nsp](Namespace::Admission admission) {
    if (*self != nullptr) (*self)->onAdmission(nsp, std::move(admission));
  };
  if (nsp.middleware_) {
    nsp.middleware_({session_.handshakeHead(), session_.peer(), authJson, session_.loop(),
                     session_.issued(), speaksProtocol4()},
                    std::move(decide));
  } else {
    decide(std::unique_ptr<SocketState>());
  }
}

void Client::onAdmission(Namespace& nsp, Namespace::Admission admission) {
  const Pending* const asked = findPending(nsp);
  if (asked == nullptr) return;  // closed meanwhile
  if (!admission.has_value()) {
    std::erase_if(pending_, [&](const Pending& one) { return one.nsp == &nsp; });
    refuse(nsp, admission.error());
    return;
  }
  connectTimeout_.reset();
  if (!server_.options().keepHandshake) session_.forgetHandshake();
  const bool comesBack = !asked->pid.empty() && !asked->offsetUnknown && server_.recovers();
  if (comesBack && !speaksProtocol4()) {
    recover(*asked, std::move(*admission));
  } else {
    welcome(nsp, std::move(*admission));
  }
}

Socket& Client::add(Namespace& nsp, std::string_view id, std::unique_ptr<SocketState> state) {
  std::erase_if(pending_, [&](const Pending& one) { return one.nsp == &nsp; });
  if (pending_.empty()) pending_.shrink_to_fit();  // most stay in the one they asked for
  std::erase(left_, &nsp);
  Socket& socket = server_.add(std::make_unique<Socket>(*this, nsp, id, std::move(state)));
  sockets_.push_back(&socket);
  socket.connectPosition_ = server_.at(session_.loop()).log.position();
  return socket;
}

void Client::welcome(Namespace& nsp, std::unique_ptr<SocketState> state) {
  Socket& socket = add(nsp, newSocketId(nsp), std::move(state));
  if (server_.recovers() && !speaksProtocol4()) {
    socket.pid_ = newRecoveryId(session_.loop().random(), socket.ref());
  }
  greet(socket);
}

void Client::greet(Socket& socket) {
  const Namespace& nsp = socket.nsp();
  send(speaksProtocol4() ? connectFrame4(nsp.name())
                         : connectFrame(nsp.name(), socket.id(), socket.pid()));
  if (!isAwaited()) self_.reset();
  if (nsp.onConnection_) nsp.onConnection_(socket);
}

bool Client::isAwaited() const {
  return !pending_.empty() || std::any_of(sockets_.begin(), sockets_.end(),
                                          [](const Socket* one) { return one->held_ != nullptr; });
}

void Client::refuse(const Namespace& nsp, const Refusal& refusal) {
  send(speaksProtocol4() ? connectErrorFrame4(nsp.name(), refusal.message, refusal.dataJson)
                         : connectErrorFrame(nsp.name(), refusal.message, refusal.dataJson));
}

Socket* Client::receiver(const PacketHead& head) {
  if (Socket* const socket = socketOf(head.nsp)) return socket;
  const bool isLate = std::any_of(left_.begin(), left_.end(),
                                  [&](const Namespace* one) { return one->name() == head.nsp; });
  if (!isLate) protocolError("packet for a namespace that was not joined");
  return nullptr;
}

void Client::onDisconnect(const PacketHead& head) {
  if (!head.json.empty() || head.ackId.has_value()) {
    return protocolError("DISCONNECT with a payload");
  }
  Socket* const socket = receiver(head);
  if (socket == nullptr) return;
  leaving_ = socket;
  drop(*socket, "client namespace disconnect");
  leaving_ = nullptr;
}

bool Client::hasLeft(const Socket& socket) const {
  return leaving_ == &socket ? !session_.hasBacklog() : session_.hasPeerTakenAll();
}

void Client::onEvent(const PacketHead& head, std::span<const std::string> attachments) {
  Socket* const socket = receiver(head);
  if (socket == nullptr) return;
  const auto value = server_.at(session_.loop())
                         .parser.parse(head.json.empty() ? std::string_view("[\"\"]") : head.json);
  base::JsonArray array;
  if (!value || value->get(array) != simdjson::SUCCESS) return protocolError("EVENT is no array");
  if (!attachments.empty() && !placeholdersFit(*value, attachments.size())) {
    return protocolError("placeholder without an attachment");
  }
  absl::InlinedVector<base::JsonValue, 4> args;
  for (const base::JsonValue one : array) args.push_back(one);
  if (args.empty()) return protocolError("EVENT without a name");
  std::string numericName;
  std::string_view name;
  if (args.front().get(name) != simdjson::SUCCESS) {
    if (!args.front().is_number()) return protocolError("EVENT whose name is no text");
    numericName = simdjson::minify(args.front());
    name = numericName;
  }
  if (isReservedEvent(name)) return protocolError("reserved event name");
  if (!socket->nsp().onEvent_) return;
  socket->nsp().onEvent_(*socket, {name,
                                   std::span<const base::JsonValue>(args).subspan(1),
                                   attachments,
                                   {socket->ref(), head.ackId},
                                   session_.loop().clock().steady(),
                                   head.json});
}

void Client::onAck(const PacketHead& head, std::span<const std::string> attachments) {
  Socket* const socket = receiver(head);
  if (socket == nullptr) return;
  const auto value = server_.at(session_.loop()).parser.parse(head.json);
  base::JsonArray array;
  if (!value || value->get(array) != simdjson::SUCCESS) return protocolError("ACK is no array");
  if (!attachments.empty() && !placeholdersFit(*value, attachments.size())) {
    return protocolError("placeholder without an attachment");
  }
  socket->onAck(*head.ackId, {array, head.json, attachments});
}

void Client::drop(Socket& socket, std::string_view reason, bool mayComeBack) {
  const auto at = std::find(sockets_.begin(), sockets_.end(), &socket);
  if (at == sockets_.end()) return;
  sockets_.erase(at);
  left_.push_back(&socket.nsp());
  if (socket.nsp().onDisconnect_) socket.nsp().onDisconnect_(socket, reason);
  if (mayComeBack && !socket.pid().empty() && socket.held_ == nullptr) {
    server_.at(session_.loop()).addCut(socket.pid_, socket.cut());
  } else if (socket.recovered_) {
    server_.cutDirectory_.remove(std::string(socket.pid()));
  }
  socket.end();
  server_.remove(socket);
}

void Client::onClose(engineio::CloseReason reason) {
  connectTimeout_.reset();
  pending_.clear();
  partial_.reset();
  if (self_ != nullptr) *std::exchange(self_, nullptr) = nullptr;
  const bool mayComeBack = reason != engineio::CloseReason::kParseError;
  while (!sockets_.empty()) {
    drop(*sockets_.back(), engineio::closeReasonText(reason), mayComeBack);
  }
}

void Client::onShed(const net::SharedFrame& frame) {
  for (Socket* const socket : sockets_) {
    if (socket->nsp().onShed_) socket->nsp().onShed_(*socket, frame);
  }
}

void Client::onDrained() {
  for (const Socket* const socket : sockets_) {
    if (!socket->nsp().onDrained_) continue;
    // Later: the stream is in the midst of writing.
    session_.loop().post([&server = server_, ref = socket->ref()] {
      if (Socket* const still = server.find(ref)) still->nsp().onDrained_(*still);
    });
  }
}

void Client::onPing(bool answered) {
  for (Socket* const socket : sockets_) {
    if (socket->nsp().onPing_) socket->nsp().onPing_(*socket, answered);
  }
}

net::SharedFrame Client::slowConsumerFrame(std::size_t queuedBytes, std::size_t limit) {
  server_.at(session_.loop()).counters.slowConsumers.fetch_add(1, std::memory_order_relaxed);
  for (const Socket* const socket : sockets_) {
    if (!socket->nsp().slowConsumer_) continue;
    const net::SharedFrame frame = socket->nsp().slowConsumer_(queuedBytes, limit);
    return inItsForm(frame);
  }
  return {};
}

}  // namespace rookery::socketio
