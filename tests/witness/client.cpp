#include "witness/client.h"

#include <algorithm>
#include <utility>

#include "support/client_frames.h"

namespace rookery::witness {
namespace {

constexpr std::size_t kMostOpen = 8;
constexpr std::size_t kMostHeard = 6;  // what read marks are set on, so that they go back and forth
constexpr std::string_view kUpgradeEnd = "\r\n\r\n";

std::string text(const base::JsonObject& object, std::string_view key) {
  return std::string(base::stringMember(object, key).value_or(""));
}

std::uint64_t number(const base::JsonObject& object, std::string_view key) {
  std::uint64_t value = 0;
  if (object[key].get(value) != simdjson::SUCCESS) return 0;
  return value;
}

/// `roomId` or `channelId`, an id or an object that has one.
std::string conversationOf(const base::JsonObject& object) {
  for (const std::string_view key : {"roomId", "channelId"}) {
    base::JsonObject inner;
    if (object[key].get(inner) == simdjson::SUCCESS) return text(inner, "_id");
    if (const auto id = base::stringMember(object, key)) return std::string(*id);
  }
  return {};
}

}  // namespace

Client::Client(Playground& ground, unsigned user, unsigned device, std::string token)
    : ground_(ground),
      user_(user),
      name_("user" + std::to_string(user) + "." + std::to_string(device)),
      token_(std::move(token)) {}

void Client::actLater() {
  ground_.after(milliseconds(1 + ground_.random.below(ground_.longestPauseMs)), [this] {
    if (gone_) return;
    act();
    actLater();
  });
}

void Client::act() {
  if (line_ == nullptr) return connect();
  if (!joined_) return;
  if (!reads_) return setReading(true);
  if (ground_.calm) return sendAgain();
  switch (ground_.random.below(16)) {
    case 0:
      return cutMidFrame();
    case 1:
      return setReading(false);
    case 2:
    case 3:
    case 4:
      return joinOrLeave();
    case 5:
      return sendAgain();
    case 6:
    case 7:
      return changeOwn();
    case 8:
      return markRead();
    default:
      return compose();
  }
}

void Client::connect() {
  input_.clear();
  upgraded_ = joined_ = false;
  reads_ = true;
  line_ = ground_.connect(*this);
  if (line_ == nullptr) return;
  ground_.trace(name_ + " connects");
  line_->send(
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: witness\r\n"
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
}

void Client::setReading(bool reads) {
  reads_ = reads;
  line_->setReading(reads);
}

void Client::onCut() {
  ground_.trace(name_ + " lost its connection");
  line_.reset();
  joined_ = false;
  log_.reset();
  asked_.clear();
  marks_.clear();
  for (Open& one : open_) one.asked = false;
}

void Client::goAway() {
  line_->cut();
  onCut();
}

void Client::leaveForGood() {
  gone_ = true;
  if (line_ == nullptr) return;
  line_->cut();
  line_.reset();
}

void Client::markAlive() {
  if (!log_) return;
  ground_.history.sockets[*log_].livedToTheEnd = true;
  for (const auto& [ack, id] : asked_) ground_.history.intents[id].unanswered = true;
  if (!marks_.empty()) ground_.history.complaints.push_back(name_ + " got no ack of a read mark");
}

void Client::cutMidFrame() {
  const std::string whole = test::ClientFrame{.payload = "42[\"roomMessage\",{}]"}.bytes();
  line_->send(whole.substr(0, ground_.random.below(whole.size())));
  ground_.trace(name_ + " goes in the middle of a frame");
  goAway();
}

void Client::compose() {
  if (open_.size() >= kMostOpen) return sendAgain();
  const std::size_t place = ground_.random.below(ground_.places.size());
  const bool mayWrite = ground_.places[place].members.contains(user_);
  if (!mayWrite && !ground_.random.oneIn(8)) return;
  const std::string id = name_ + "-" + std::to_string(composed_++);
  ground_.history.intents[id] = {
      .user = user_, .conversation = ground_.places[place].id, .mayWrite = mayWrite};
  open_.push_back({id, place});
  sendMessage(open_.back());
  // As over a bad line: the same frame twice.
  if (ground_.random.oneIn(6)) sendMessage(open_.back());
}

void Client::sendAgain() {
  for (Open& one : open_) {
    if (!one.asked) sendMessage(one);
  }
}

void Client::sendMessage(Open& one) {
  one.asked = true;
  const Place& place = ground_.places[one.place];
  const std::string payload = std::string("{\"") + (place.isChannel ? "channelId" : "roomId") +
                              "\":\"" + place.id + "\",\"body\":\"" + one.clientMessageId +
                              "\",\"clientMessageId\":\"" + one.clientMessageId + "\"}";
  note({.kind = Told::Kind::kSent,
        .conversation = place.id,
        .clientMessageId = one.clientMessageId});
  ground_.trace(name_ + " sends " + one.clientMessageId + " to " + place.id);
  emit(place.isChannel ? "NewMessage" : "roomMessage", payload, true, one.clientMessageId);
}

void Client::joinOrLeave() {
  const std::size_t index = ground_.random.below(ground_.places.size());
  const Place& place = ground_.places[index];
  if (!place.isChannel) return;
  const bool joins = !ground_.random.oneIn(3);
  ground_.trace(name_ + (joins ? " joins " : " leaves ") + place.id);
  emit(joins ? "JoinChannel" : "LeaveChannel", "{\"channelId\":\"" + place.id + "\"}", false, "");
}

/// Edits often, reacts sometimes and deletes seldom; the answer is of no interest.
void Client::changeOwn() {
  if (own_.empty()) return;
  const std::string& id = own_[ground_.random.below(own_.size())];
  const std::string target = "{\"messageId\":\"" + id + "\"";
  const std::uint64_t choice = ground_.random.below(8);
  ground_.trace(name_ + " changes " + id);
  if (choice == 0) return emit("deleteMessage", target + "}", false, "");
  if (choice < 3) {
    return emit(ground_.random.oneIn(2) ? "addReaction" : "removeReaction",
                target + ",\"emoji\":\"+1\"}", false, "");
  }
  const std::string body = name_ + "/" + std::to_string(changes_++);
  emit("editMessage", target + ",\"body\":\"" + body + "\"}", false, "");
}

void Client::markRead() {
  if (heard_.empty()) return;
  const Heard& heard = heard_[ground_.random.below(heard_.size())];
  const auto place = std::find_if(ground_.places.begin(), ground_.places.end(),
                                  [&](const Place& one) { return one.id == heard.conversation; });
  ground_.trace(name_ + " reads up to " + heard.id);
  marks_.insert(nextAck_);
  sendText("42" + std::to_string(nextAck_++) + "[\"markRead\",{\"" +
           (place->isChannel ? "channelId" : "roomId") + "\":\"" + heard.conversation +
           "\",\"messageId\":\"" + heard.id + "\"}]");
}

void Client::emit(std::string_view event, std::string_view payload, bool withAck,
                  std::string_view id) {
  std::string packet = "42";
  if (withAck) {
    asked_[nextAck_] = id;
    packet += std::to_string(nextAck_++);
  }
  packet.append("[\"").append(event).append("\",").append(payload).append("]");
  sendText(packet);
}

void Client::sendText(std::string_view packet) {
  line_->send(test::ClientFrame{.payload = std::string(packet)}.bytes());
}

void Client::onBytes(std::string_view bytes) {
  input_ += bytes;
  if (!upgraded_) {
    const std::size_t end = input_.find(kUpgradeEnd);
    if (end == std::string::npos) return;
    input_.erase(0, end + kUpgradeEnd.size());
    upgraded_ = true;
  }
  // Unmasked frames of the server (RFC 6455 §5.2); it sends no fragments.
  while (input_.size() >= 2 && line_ != nullptr) {
    const unsigned opcode = static_cast<unsigned char>(input_[0]) & 0x0FU;
    std::uint64_t length = static_cast<unsigned char>(input_[1]) & 0x7FU;
    std::size_t head = 2;
    if (length >= 126) {
      const std::size_t width = length == 126 ? 2 : 8;
      if (input_.size() < head + width) return;
      length = 0;
      for (std::size_t i = 0; i < width; ++i) {
        length = length << 8 | static_cast<unsigned char>(input_[head + i]);
      }
      head += width;
    }
    if (input_.size() < head + length) return;
    const std::string payload = input_.substr(head, length);
    input_.erase(0, head + length);
    if (opcode == 1) onText(payload);
  }
}

void Client::onText(std::string_view packet) {
  if (packet.starts_with('0')) return sendText("40{\"token\":\"" + token_ + "\"}");
  if (packet == "2") return sendText("3");
  if (packet.starts_with("40")) {
    joined_ = true;
    log_ = ground_.history.sockets.size();
    ground_.history.sockets.push_back({.user = user_});
    return sendAgain();
  }
  if (packet.starts_with("44")) {  // the store did not answer: another try later
    return goAway();
  }
  if (packet.starts_with("42")) return onEvent(packet.substr(2));
  if (packet.starts_with("43")) return onAck(packet.substr(2));
}

void Client::note(Told told) {
  if (!log_) return;
  ground_.history.sockets[*log_].told.push_back(std::move(told));
}

void Client::onEvent(std::string_view json) {
  const auto value = parser_.parse(json);
  base::JsonArray args;
  base::JsonObject object;
  if (!value || value->get(args) != simdjson::SUCCESS || args.size() < 2 ||
      args.at(1).get(object) != simdjson::SUCCESS) {
    return;
  }
  const std::string name(args.at(0).get_string().value());
  Told told;
  if (name == "roomMessageRecieved" || name == "NewMessageReceived") {
    told.kind = Told::Kind::kOptimistic;
  } else if (name == "roomMessageSent" || name == "channelMessageSent") {
    told.kind = Told::Kind::kOwn;
  } else if (name == "roomMessageConfirmed" || name == "channelMessageConfirmed") {
    told.kind = Told::Kind::kConfirmed;
  } else if (name == "roomMessageFailed" || name == "channelMessageFailed") {
    told.kind = Told::Kind::kFailed;
  } else if (name == "messageRead") {
    return onRead(object);
  } else if (name == "messageEdited") {
    return onChange(Told::Kind::kEdited, object);
  } else if (name == "messageDeleted") {
    return onChange(Told::Kind::kDeleted, object);
  } else if (name == "reactionAdded" || name == "reactionRemoved") {
    return onChange(Told::Kind::kReacted, object);
  } else {
    return;
  }
  const bool isTemporary = told.kind == Told::Kind::kOptimistic || told.kind == Told::Kind::kOwn;
  told.conversation = conversationOf(object);
  told.tempId = text(object, isTemporary ? "_id" : "tempId");
  if (told.kind == Told::Kind::kConfirmed) {
    told.id = text(object, "_id");
    if (heard_.size() == kMostHeard) heard_.erase(heard_.begin());
    heard_.push_back({told.conversation, told.id});
  }
  told.clientMessageId = text(object, "clientMessageId");
  told.code = text(object, "code");
  told.seq = number(object, "seq");
  ground_.trace(name_ + " hears " + name + " " + told.clientMessageId + " seq " +
                std::to_string(told.seq));
  note(std::move(told));
}

void Client::onChange(Told::Kind kind, const base::JsonObject& object) {
  note({.kind = kind,
        .conversation = conversationOf(object),
        .id = text(object, "messageId"),
        .seq = number(object, "seq"),
        .version = number(object, "version"),
        .commitNo = number(object, "commitNo"),
        .body = text(object, "body")});
}

void Client::onRead(const base::JsonObject& object) {
  note({.kind = Told::Kind::kRead,
        .conversation = conversationOf(object),
        .id = text(object, "messageId"),
        .seq = number(object, "seq"),
        .reader = text(object, "userId")});
}

/// A refusal says that the store took nothing: it is of no interest.
void Client::onMarked(const base::JsonObject& answer) {
  base::JsonObject data;
  if (answer["data"].get(data) != simdjson::SUCCESS) return;
  note({.kind = Told::Kind::kMarked,
        .conversation = conversationOf(data),
        .id = text(data, "messageId"),
        .seq = number(data, "seq")});
}

void Client::onAck(std::string_view rest) {
  const std::size_t digits = rest.find('[');
  const auto value = parser_.parse(rest.substr(digits));
  base::JsonArray args;
  base::JsonObject answer;
  if (!value || value->get(args) != simdjson::SUCCESS ||
      args.at(0).get(answer) != simdjson::SUCCESS) {
    ground_.history.complaints.push_back(name_ + " got an ack that is no object");
    return;
  }
  const std::uint64_t ack = std::stoull(std::string(rest.substr(0, digits)));
  if (marks_.erase(ack) != 0) return onMarked(answer);
  const auto node = asked_.extract(ack);
  if (node.empty()) {
    ground_.history.complaints.push_back(name_ + " got an ack twice, or unasked");
    return;
  }
  const std::string& id = node.mapped();
  Intent& intent = ground_.history.intents[id];
  bool success = false;
  if (answer["success"].get(success) != simdjson::SUCCESS) success = false;
  Told told{.kind = success ? Told::Kind::kAccepted : Told::Kind::kRefused,
            .clientMessageId = id,
            .code = text(answer, "code")};
  base::JsonObject data;
  if (success && answer["data"].get(data) == simdjson::SUCCESS) {
    told.conversation = conversationOf(data);
    told.id = text(data, "_id");
    told.seq = number(data, "seq");
    intent.accepted = true;
    own_.push_back(told.id);
  }
  ground_.trace(name_ + (success ? " is told that it is kept: " : " is refused: ") + id + " " +
                told.code);
  const bool isFinal = success || told.code == "FORBIDDEN" || told.code == "NOT_FOUND";
  note(std::move(told));
  const auto at = std::find_if(open_.begin(), open_.end(),
                               [&](const Open& one) { return one.clientMessageId == id; });
  if (at == open_.end()) return;
  if (isFinal) {
    open_.erase(at);
  } else {
    at->asked = false;  // sent again, under its old id
  }
}

}  // namespace rookery::witness
