#include "witness/client.h"

#include <algorithm>
#include <utility>

#include "support/client_frames.h"
#include "witness/world.h"

namespace rookery::witness {
namespace {

constexpr std::size_t kMostOpen = 8;
constexpr std::uint64_t kUsers = 4;  // of the world, that are named and asked about

}  // namespace

Client::Client(Playground& ground, unsigned user, unsigned device, std::string token)
    : ground_(ground),
      user_(user),
      name_("user" + std::to_string(user) + "." + std::to_string(device)),
      token_(std::move(token)),
      acknowledges_(device % 2 == 1) {}

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
  switch (ground_.random.below(18)) {
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
    case 9:
    case 10:
      return askSomething();
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
  questions_.clear();
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
  for (const auto& [ack, asked] : questions_) {
    ground_.history.complaints.push_back(name_ + " got no answer to " +
                                         std::string(asked.question->event));
  }
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
  Intent& intent = ground_.history.intents[id];
  intent = {
      .user = user_, .conversation = ground_.places[place].id, .body = id, .mayWrite = mayWrite};
  if (ground_.random.oneIn(4)) {
    const auto named = static_cast<unsigned>(ground_.random.below(kUsers));
    intent.body += " @" + userName(named);
    intent.names = named;
  }
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
                              "\":\"" + place.id + "\",\"body\":\"" +
                              ground_.history.intents[one.clientMessageId].body +
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

void Client::askSomething() {
  const auto all = questions();
  const Question& question = all[ground_.random.below(all.size())];
  Playground::Leaked message{ground_.places[ground_.random.below(ground_.places.size())].id, "", 0};
  if (question.isOfMessage) {
    if (ground_.leaked.empty()) return;
    message = ground_.leaked[ground_.random.below(ground_.leaked.size())];
  }
  const auto place = std::find_if(ground_.places.begin(), ground_.places.end(),
                                  [&](const Place& one) { return one.id == message.conversation; });
  const bool takesPart = place->members.contains(user_);
  const auto other = static_cast<unsigned>(ground_.random.below(kUsers));
  const bool shares = std::any_of(
      ground_.places.begin(), ground_.places.end(),
      [&](const Place& one) { return one.members.contains(user_) && one.members.contains(other); });
  const bool isAllowed = question.rule == Question::Rule::kAnybody ||
                         (question.rule == Question::Rule::kShares && shares) ||
                         (takesPart && question.rule != Question::Rule::kShares &&
                          question.rule != Question::Rule::kOwn &&
                          (question.rule != Question::Rule::kSender || message.sender == user_));
  const std::string where =
      std::string("\"") + (place->isChannel ? "channelId" : "roomId") + "\":\"" + place->id + "\"";
  const std::string payload =
      question.payload({where, place->id, message.id, userId(user_).hex(), userId(other).hex()});
  ground_.trace(name_ + " asks " + std::string(question.event) + " " + payload);
  questions_[nextAck_] = {&question, isAllowed};
  sendText("42" + std::to_string(nextAck_++) + "[\"" + std::string(question.event) + "\"," +
           payload + "]");
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

}  // namespace rookery::witness
