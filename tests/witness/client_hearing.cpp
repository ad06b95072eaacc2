#include "witness/client.h"

#include <algorithm>
#include <utility>

#include "support/client_frames.h"
#include "witness/world.h"

// What a client hears.

namespace rookery::witness {
namespace {

constexpr std::size_t kMostHeard = 6;  // what read marks are set on, so that they go back and forth
constexpr std::size_t kMostLeaked = 12;
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
  if (packet.starts_with('0')) {
    const std::string more = acknowledges_ ? ",\"ackMessages\":true" : "";
    return sendText("40{\"token\":\"" + token_ + "\"" + more + "}");
  }
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
  if (packet.starts_with("42")) {
    const std::string_view rest = packet.substr(2);
    const std::size_t digits = std::min(rest.find('['), rest.size());
    const bool answers = digits > 0 && !ground_.random.oneIn(3);
    if (answers) sendText("43" + std::string(rest.substr(0, digits)) + "[]");
    return onEvent(rest.substr(digits));
  }
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
    return onMark(Told::Kind::kRead, object);
  } else if (name == "messageDelivered") {
    return onMark(Told::Kind::kDelivered, object);
  } else if (name == "userTyping") {
    return onMark(Told::Kind::kTyping, object);
  } else if (name == "mentioned") {
    return onMark(Told::Kind::kMentioned, object);
  } else if (name == "messageEdited") {
    return onChange(Told::Kind::kEdited, object);
  } else if (name == "messageDeleted") {
    return onChange(Told::Kind::kDeleted, object);
  } else if (name == "reactionAdded" || name == "reactionRemoved" || name == "messagePinned" ||
             name == "messageUnpinned") {
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
    leak(told);
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

void Client::leak(const Told& told) {
  std::vector<Playground::Leaked>& leaked = ground_.leaked;
  if (!leaked.empty() && leaked.back().id == told.id) return;
  if (leaked.size() == kMostLeaked) leaked.erase(leaked.begin());
  const auto intent = ground_.history.intents.find(told.clientMessageId);
  if (intent == ground_.history.intents.end()) return;
  leaked.push_back({told.conversation, told.id, intent->second.user});
}

void Client::onMark(Told::Kind kind, const base::JsonObject& object) {
  note({.kind = kind,
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

bool Client::namesForeignPlace(std::string_view text) const {
  return std::any_of(ground_.places.begin(), ground_.places.end(), [&](const Place& one) {
    return !one.members.contains(user_) && text.find(one.id) != std::string_view::npos;
  });
}

bool Client::onAnswer(std::uint64_t ack, const base::JsonObject& answer, std::string_view text) {
  const auto node = questions_.extract(ack);
  if (node.empty()) return false;
  const auto [question, isAllowed] = node.mapped();
  bool success = false;
  if (answer["success"].get(success) != simdjson::SUCCESS) success = false;
  const bool hasMessages = text.find("\"messages\":[{") != std::string_view::npos;
  const bool isLetIn = question->rule == Question::Rule::kFiltered ? hasMessages
                       : question->rule == Question::Rule::kOwn    ? namesForeignPlace(text)
                                                                   : success;
  if (isLetIn && !isAllowed) {
    ground_.history.complaints.push_back(name_ +
                                         " may not, and did: " + std::string(question->event));
  }
  return true;
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
  if (onAnswer(ack, answer, rest)) return;
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
