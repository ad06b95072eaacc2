#include "rookery/chat/message_changes.h"

#include <memory>
#include <utility>

#include "rookery/base/planted.h"
#include "rookery/chat/conversation_access.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/mentions.h"
#include "rookery/chat/message_json.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;
using Kind = MessageWish::Kind;

constexpr std::size_t kChangeBytes = 512;  // of the writer's queue, beside the text

std::string_view eventOf(Kind kind) {
  switch (kind) {
    case Kind::kEdit:
      return kMessageEdited;
    case Kind::kDelete:
      return kMessageDeleted;
    case Kind::kReact:
      return kReactionAdded;
    case Kind::kUnreact:
      return kReactionRemoved;
    case Kind::kPin:
      return kMessagePinned;
    case Kind::kUnpin:
      return kMessageUnpinned;
  }
  return {};
}

store::WriteResult carryOut(store::Database& database, const MessageWish& wish,
                            const base::ObjectId& user, base::WallMs now,
                            store::MessageChange& change) {
  switch (wish.kind) {
    case Kind::kEdit:
      return database.editMessage(wish.message, wish.text, wish.mentions, now, change);
    case Kind::kDelete:
      return database.deleteMessage(wish.message, user, now, change);
    case Kind::kReact:
    case Kind::kUnreact:
      return database.setReaction(wish.message, user, wish.text, wish.kind == Kind::kReact, now,
                                  change);
    case Kind::kPin:
    case Kind::kUnpin:
      return database.setPin(wish.message, user, wish.kind == Kind::kPin, now, change);
  }
  return {};
}

base::Result<void> verdictOf(const store::MessageChange& change) {
  using Verdict = store::MessageChange::Verdict;
  switch (change.verdict) {
    case Verdict::kChanged:
    case Verdict::kUnchanged:
      return {};
    case Verdict::kMissing:
      return base::fail(ErrorCode::kNotFound, "Message not found");
    case Verdict::kDeleted:
      return base::fail(ErrorCode::kConflict, "The message was deleted");
    case Verdict::kTooMany:
      return base::fail(ErrorCode::kConflict, "There are too many already");
  }
  return {};
}

}  // namespace

net::SharedFrame changedEvent(socketio::Namespace& nsp, const MessageWish& wish,
                              const store::MessageChange& change, const base::ObjectId& by) {
  const store::StoredMessage& it = change.message;
  socketio::EventFrame frame(nsp, eventOf(wish.kind), 256 + wish.text.size());
  base::JsonWriter& json = frame.args().beginObject();
  json.key("messageId").id(it.id).key(conversationKey(it.kind)).id(it.conversationId);
  json.key("seq").number(it.seq);
  switch (wish.kind) {
    case Kind::kEdit:
      json.key("body").string(it.body).key("editedAt").time(it.editedAt);
      writeMentions(json, it);
      break;
    case Kind::kDelete:
      json.key("deletedBy").id(by).key("deletedAt").time(it.deletedAt);
      break;
    case Kind::kReact:
    case Kind::kUnreact:
      json.key("emoji").string(wish.text).key("userId").id(by);
      json.key("count").number(change.reactions);
      break;
    case Kind::kPin:
      json.key("pinnedBy").id(by).key("pinnedAt").time(it.pinnedAt);
      break;
    case Kind::kUnpin:
      json.key("unpinnedBy").id(by);
      break;
  }
  json.key("version").number(it.version).key("commitNo").number(it.commitNo).endObject();
  frame.tells(it.commitNo);
  return frame.finish();
}

void MessageChanges::find(base::Executor& executor, const UserRef& user,
                          const base::ObjectId& message,
                          base::UniqueFunction<void(base::Result<Found>)> done) {
  using Row = std::optional<store::StoredMessage>;
  p_.readers.query<Row>(
      executor, [message](store::Reader& reader) { return reader.message(message); },
      [this, &executor, user, done = std::move(done)](store::Result<Row> row) mutable {
        if (!row) return done(base::fail(row.error()));
        if (!row->has_value()) {
          return done(base::fail(ErrorCode::kNotFound, "Message not found"));
        }
        ConversationRef conversation = p_.conversations.get((*row)->conversationId);
        // Shared with what runs when it could not be made to wait.
        auto shared = std::make_shared<decltype(done)>(std::move(done));
        const bool waits = p_.conversations.whenLoaded(
            conversation, executor,
            [found = Found{std::move(**row), conversation}, user, shared]() mutable {
              const auto allowed = mayRead(*found.conversation, found.conversation->kind, *user);
              if (!allowed) return (*shared)(base::fail(allowed.error()));
              (*shared)(std::move(found));
            },
            Conversations::Keeps::kMessage);
        if (waits) return;
        (*shared)(base::fail(ErrorCode::kOverloaded, "The server is busy, try again later"));
      });
}

void MessageChanges::apply(base::Executor& executor, UserRef user, MessageWish wish, Done done) {
  const base::ObjectId message = wish.message;
  find(executor, user, message,
       [this, &executor, user, wish = std::move(wish),
        done = std::move(done)](base::Result<Found> found) mutable {
         if (!found) return done(base::fail(found.error()));
         const auto allowed = mayChange(*found, *user, wish.kind);
         if (!allowed) return done(base::fail(allowed.error()));
         if (wish.kind == Kind::kEdit) wish.mentions = mentionsIn(*found->conversation, wish.text);
         write(executor, found->conversation, user, std::move(wish), std::move(done));
       });
}

base::Result<void> MessageChanges::mayChange(const Found& found, const User& user, Kind kind) {
  const bool isOwn = found.message.senderId == user.id;
  const Conversation& conversation = *found.conversation;
  if (kind == Kind::kEdit && !isOwn) {
    return base::fail(ErrorCode::kForbidden, "Only its sender may edit a message");
  }
  if (kind == Kind::kDelete) {
    const bool isAdmin = conversation.isChannel() &&
                         conversation.members->role(user.id) == store::MemberRole::kAdmin;
    if (isOwn || isAdmin) return {};
    return base::fail(ErrorCode::kForbidden,
                      "Only its sender or an admin of the workspace may delete a message");
  }
  if (conversation.isBlocked()) {
    return base::fail(ErrorCode::kForbidden, "This room is blocked");
  }
  return {};
}

void MessageChanges::write(base::Executor& executor, const ConversationRef& conversation,
                           const UserRef& user, MessageWish wish, Done done) {
  auto slot = writer_->reserve(kChangeBytes + wish.text.size());
  if (!slot) return done(base::fail(slot.error()));
  struct Work {
    MessageWish wish;
    base::WallMs now;
    store::MessageChange change;
  };
  // Shared by the two steps of the write, which run one after the other.
  auto work = std::make_shared<Work>(Work{std::move(wish), p_.clock.wall(), {}});
  writer_->write(
      std::move(*slot),
      [this, work, user, conversation](store::Database& database) {
        auto result = carryOut(database, work->wish, user->id, work->now, work->change);
        if (base::isPlanted(base::PlantedBug::kChangeToldEarly) && result.ok()) {
          tell(*conversation, *user, work->wish, work->change);
        }
        return result;
      },
      [this, &executor, work, user, conversation,
       done = std::move(done)](const store::WriteResult& result) mutable {
        base::Result<store::MessageChange> outcome = std::move(work->change);
        if (!result.ok()) {
          outcome = base::fail(result.error);
        } else if (auto verdict = verdictOf(*outcome); !verdict) {
          outcome = base::fail(verdict.error());
        } else if (!base::isPlanted(base::PlantedBug::kChangeToldEarly)) {
          tell(*conversation, *user, work->wish, *outcome);
        }
        executor.post([done = std::move(done), outcome = std::move(outcome)]() mutable {
          done(std::move(outcome));
        });
      });
}

/// On the writer's executor and under the conversation's lock, as confirmations are: so everybody
/// sees changes and messages in one order, that of the commits.
void MessageChanges::tell(Conversation& conversation, const User& user, const MessageWish& wish,
                          const store::MessageChange& change) {
  if (change.verdict != store::MessageChange::Verdict::kChanged) return;
  if (p_.searchIndex != nullptr) p_.searchIndex->poke();
  const store::StoredMessage& it = change.message;
  if (!it.clientMessageId.empty()) p_.deduplicator.forget(it.senderId, it.clientMessageId);
  auto step = std::make_shared<socketio::Broadcast>();
  step->frame = changedEvent(p_.nsp, wish, change, user.id);
  step->rooms = conversation.targets;
  step->commitNo = it.commitNo;
  const base::MutexLock lock(conversation.order.mutex);
  p_.nsp.post(std::move(step));
  tellMentioned(p_.nsp, conversation, user, it, change.mentioned);
}

}  // namespace rookery::chat
