#include <algorithm>
#include <utility>

#include "rookery/chat/acks.h"
#include "rookery/chat/conversation_access.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/handlers/handlers.h"
#include "rookery/chat/payload_fields.h"
#include "rookery/chat/presence.h"
#include "rookery/chat/typing.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;

constexpr std::size_t kMaxWatched = 500;  // of one socket, partners not counted

struct TypingPayload {
  ConversationTarget target;
  bool isTyping = false;

  static base::Result<TypingPayload> parse(const base::JsonObject& object, const Context&) {
    const auto target = ConversationTarget::parse(object);
    if (!target) return base::fail(target.error());
    return TypingPayload{*target, flagField(object, "isTyping")};
  }
};

base::Result<Ack> typing(Context& context, TypingPayload payload) {
  withConversation(
      context, payload.target,
      [&services = context.services, ack = context.event.ack, isTyping = payload.isTyping](
          socketio::Socket& socket, const ConversationRef& conversation) {
        if (conversation->isBlocked()) {
          answerFailure(services.nsp, ack, {ErrorCode::kForbidden, "This room is blocked"});
          return;
        }
        const UserRef& user = socket.state<ChatSocket>().user;
        if (isTyping) {
          services.typing.start(conversation, user, socket.loop());
        } else {
          services.typing.stop(conversation, user);
        }
        answerSuccess(services.nsp, ack, "Noted", "{}");
      });
  return Ack::answeredLater();
}

struct StatusPayload {
  PresenceStatus status = PresenceStatus::kOnline;

  static base::Result<StatusPayload> parse(const base::JsonObject& object, const Context&) {
    const auto status = chosenPresence(textField(object, "status"));
    if (!status) return base::fail(ErrorCode::kInvalidPayload, "status is not known");
    return StatusPayload{*status};
  }
};

base::Result<Ack> setPresence(Context& context, StatusPayload payload) {
  const PresenceState state =
      context.services.presence.choose(context.user().id, payload.status, context.socket.ref());
  Ack ack{"Presence set", {}};
  base::JsonWriter json(ack.dataJson);
  writePresence(json, context.user().id, state);
  return ack;
}

struct WatchPayload {
  std::vector<base::ObjectId> users;

  static base::Result<WatchPayload> parse(const base::JsonObject& object, const Context&) {
    return WatchPayload{idsField(object, "userIds")};
  }
};

base::Result<Ack> watchPresence(Context& context, WatchPayload payload) {
  Presence& presence = context.services.presence;
  std::vector<base::ObjectId>& watched = context.state.watched;
  std::vector<base::ObjectId> all = watched;
  all.insert(all.end(), payload.users.begin(), payload.users.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.size() > kMaxWatched) {
    return base::fail(ErrorCode::kTooLarge,
                      "At most " + std::to_string(kMaxWatched) + " users can be watched at once");
  }
  watched = std::move(all);
  std::vector<base::ObjectId> unknown;
  for (const base::ObjectId& user : payload.users) {
    // First the room, then the state: no change falls between the two.
    context.socket.join(presence.watchersOf(user));
    if (!presence.state(user)) unknown.push_back(user);
  }
  if (unknown.empty()) return Ack{"Watching", presence.statesJson(payload.users, {})};
  using Records = std::vector<store::PresenceRecord>;
  context.services.readers.query<Records>(
      context.socket.loop(),
      [unknown = std::move(unknown)](store::Reader& reader) { return reader.presenceOf(unknown); },
      [&services = context.services, ack = context.event.ack,
       users = std::move(payload.users)](store::Result<Records> records) {
        if (!records) {
          answerFailure(services.nsp, ack, records.error());
        } else {
          answerSuccess(services.nsp, ack, "Watching",
                        services.presence.statesJson(users, *records));
        }
      });
  return Ack::answeredLater();
}

base::Result<Ack> unwatchPresence(Context& context, WatchPayload payload) {
  for (const base::ObjectId& user : payload.users) {
    context.socket.leave(context.services.presence.watchersOf(user));
    std::erase(context.state.watched, user);
  }
  return Ack{"No longer watching"};
}

}  // namespace

void addActivityEvents(EventTable& table) {
  table.add(kTyping, &typing);
  table.add(kSetPresence, &setPresence);
  table.add(kWatchPresence, &watchPresence);
  table.add(kUnwatchPresence, &unwatchPresence);
}

}  // namespace rookery::chat
