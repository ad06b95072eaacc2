#include <algorithm>

#include "rookery/chat/acks.h"
#include "rookery/chat/conversation_access.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/handlers/handlers.h"
#include "rookery/chat/message_changes.h"
#include "rookery/chat/payload_fields.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;
using Kind = MessageWish::Kind;

struct MessagePayload {
  base::ObjectId messageId;

  static base::Result<MessagePayload> parse(const base::JsonObject& object, const Context&) {
    return MessagePayload{requiredId(object, "messageId")};
  }
};

struct EditPayload {
  base::ObjectId messageId;
  std::string body;

  static base::Result<EditPayload> parse(const base::JsonObject& object, const Context& context) {
    const auto body = bodyField(object, context.services.options.bodyBytes);
    if (!body) return base::fail(body.error());
    return EditPayload{requiredId(object, "messageId"), std::string(*body)};
  }
};

struct ReactionPayload {
  base::ObjectId messageId;
  std::string emoji;

  static base::Result<ReactionPayload> parse(const base::JsonObject& object, const Context&) {
    const std::string_view emoji = textField(object, "emoji");
    // A sequence of code points is one reaction, whatever it is composed of; no text has spaces.
    const bool isOne = std::none_of(emoji.begin(), emoji.end(), [](char c) {
      return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    });
    if (!isOne) return base::fail(ErrorCode::kInvalidPayload, "emoji must be one emoji");
    return ReactionPayload{requiredId(object, "messageId"), std::string(emoji)};
  }
};

std::string_view doneText(Kind kind) {
  switch (kind) {
    case Kind::kEdit:
      return "Message edited";
    case Kind::kDelete:
      return "Message deleted";
    case Kind::kReact:
      return "Reaction added";
    case Kind::kUnreact:
      return "Reaction removed";
    case Kind::kPin:
      return "Message pinned";
    case Kind::kUnpin:
      return "Message unpinned";
  }
  return {};
}

std::string changeJson(Kind kind, const std::string& text, const store::MessageChange& change) {
  const store::StoredMessage& it = change.message;
  std::string data;
  base::JsonWriter json(data);
  json.beginObject().key("messageId").id(it.id);
  json.key(conversationKey(it.kind)).id(it.conversationId);
  json.key("changed").boolean(change.verdict == store::MessageChange::Verdict::kChanged);
  if (kind == Kind::kEdit) {
    json.key("body").string(it.body).key("editedAt");
    it.editedAt == 0 ? json.null() : json.time(it.editedAt);
  } else if (kind == Kind::kDelete) {
    json.key("deletedAt").time(it.deletedAt);
  } else if (kind == Kind::kReact || kind == Kind::kUnreact) {
    json.key("emoji").string(text).key("count").number(change.reactions);
  }
  json.key("version").number(it.version).key("commitNo").number(it.commitNo).endObject();
  return data;
}

base::Result<Ack> change(Context& context, MessageWish wish) {
  Services& services = context.services;
  const Kind kind = wish.kind;
  std::string text = kind == Kind::kEdit ? std::string() : wish.text;
  services.changes.apply(context.socket.loop(), context.state.user, std::move(wish),
                         [&nsp = services.nsp, ack = context.event.ack, kind,
                          text = std::move(text)](const base::Result<store::MessageChange>& done) {
                           if (!done) return answerFailure(nsp, ack, done.error());
                           answerSuccess(nsp, ack, doneText(kind), changeJson(kind, text, *done));
                         });
  return Ack::answeredLater();
}

base::Result<Ack> editMessage(Context& context, EditPayload payload) {
  return change(context, {Kind::kEdit, payload.messageId, std::move(payload.body)});
}
template <Kind kind>
base::Result<Ack> react(Context& context, ReactionPayload payload) {
  return change(context, {kind, payload.messageId, std::move(payload.emoji)});
}
template <Kind kind>
base::Result<Ack> changeMessage(Context& context, MessagePayload payload) {
  return change(context, {kind, payload.messageId});
}

}  // namespace

void addChangeEvents(EventTable& table) {
  table.add(kEditMessage, &editMessage);
  table.add(kDeleteMessage, &changeMessage<Kind::kDelete>);
  table.add(kAddReaction, &react<Kind::kReact>);
  table.add(kRemoveReaction, &react<Kind::kUnreact>);
  table.add(kPinMessage, &changeMessage<Kind::kPin>);
  table.add(kUnpinMessage, &changeMessage<Kind::kUnpin>);
}

}  // namespace rookery::chat
