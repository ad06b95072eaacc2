#include "rookery/api/histories.h"

#include <algorithm>
#include <limits>

#include "rookery/api/fields.h"
#include "rookery/api/rooms.h"
#include "rookery/api/views.h"
#include "rookery/base/encoding.h"
#include "rookery/chat/search.h"
#include "rookery/chat/temporary_ids.h"

namespace rookery::api {
namespace {

using base::JsonWriter;
using base::ObjectId;
using net::HttpResponse;
using store::ChannelRecord;
using store::StoredMessage;

using Messages = std::vector<StoredMessage>;

std::vector<ObjectId> sendersOf(const Messages& messages) {
  std::vector<ObjectId> senders;
  senders.reserve(messages.size());
  for (const StoredMessage& message : messages) senders.push_back(message.senderId);
  return senders;
}

/// The messages as a JSON array; `workspace` is that of a channel.
Answered<std::string> messagesJson(const Asked& asked, const Messages& messages,
                                   const ObjectId& workspace) {
  const Answered<People> people = People::read(asked.reader, sendersOf(messages));
  if (!people) return tl::unexpected(people.error());
  const Views views(*people, asked.services.options.publicUrl);
  return jsonOf([&](JsonWriter& json) { views.messages(json, messages, workspace); });
}

/// The channel of an id if the user is a member of its workspace; else 404 or 401.
Answered<ChannelRecord> ownChannel(const Asked& asked, const std::optional<ObjectId>& id) {
  if (!id) return notFound("Channel");
  auto channel = asked.reader.channel(*id);
  if (!channel) return refuse(channel.error());
  if (!*channel) return notFound("Channel");
  const auto own = asked.reader.workspacesOf(asked.me.id);
  if (!own) return refuse(own.error());
  const bool isMember = std::any_of(own->begin(), own->end(), [&](const auto& workspace) {
    return workspace.id == (*channel)->workspaceId;
  });
  if (!isMember) return refuse(401, "You are not a member of this channel");
  return std::move(**channel);
}

/// The page that the query asks for, in envelope C.
Answered<HttpResponse> page(const Asked& asked, const ObjectId& conversation,
                            const ObjectId& workspace) {
  const Answered<Page> wanted = pageOf(asked.request.head);
  if (!wanted) return tl::unexpected(wanted.error());
  const auto messages = asked.reader.messagePage(conversation, wanted->page, wanted->limit);
  if (!messages) return refuse(messages.error());
  const Answered<std::string> json = messagesJson(asked, *messages, workspace);
  if (!json) return tl::unexpected(json.error());
  return envelopeC(200, "Messages fetched", *json);
}

struct Cursor {
  std::uint64_t before = 0;            ///< 0: no bound
  std::optional<std::uint64_t> after;  ///< set: the oldest above it
  std::uint32_t limit = 20;
};

Answered<Cursor> cursorOf(const net::HttpHead& head) {
  constexpr std::uint64_t kNoSeq = std::numeric_limits<std::int64_t>::max();
  const auto before = numberOf(head, "before", 0, 1, kNoSeq);
  if (!before) return tl::unexpected(before.error());
  const auto after = numberOf(head, "after", kNoSeq, 0, kNoSeq - 1);
  if (!after) return tl::unexpected(after.error());
  const auto limit = numberOf(head, "limit", 20, 1, 100);
  if (!limit) return tl::unexpected(limit.error());
  Cursor cursor{.before = *before, .after = {}, .limit = static_cast<std::uint32_t>(*limit)};
  if (*after != kNoSeq) cursor.after = *after;
  return cursor;
}

/// The `count` oldest messages of a conversation. They are asked for by their numbers; where some
/// are missing, deleted ones, those that come next fill their places.
base::Result<Messages> oldest(store::Reader& reader, const ObjectId& conversation,
                              std::uint32_t count) {
  auto first = reader.messagesBySeq(conversation, count + 1, 0, count);
  if (!first || first->size() == count) return first;
  auto next = reader.messagesBySeq(conversation, 0, count,
                                   count - static_cast<std::uint32_t>(first->size()));
  if (!next) return next;
  first->insert(first->end(), std::make_move_iterator(next->begin()),
                std::make_move_iterator(next->end()));
  return first;
}

struct Slice {
  Messages messages;  ///< oldest first
  bool hasMore = false;
};

/// One more than wanted is read, to see whether there are more in the direction of reading.
Answered<Slice> slice(store::Reader& reader, const ObjectId& conversation, const Cursor& cursor) {
  const std::uint32_t count = cursor.limit + 1;
  const bool isForward = cursor.after.has_value() && cursor.before == 0;
  auto found =
      isForward && *cursor.after == 0
          ? oldest(reader, conversation, count)
          : reader.messagesBySeq(conversation, cursor.before, cursor.after.value_or(0), count);
  if (!found) return refuse(found.error());
  Slice result{.messages = std::move(*found), .hasMore = false};
  result.hasMore = result.messages.size() == count;
  if (result.hasMore) {
    result.messages.erase(isForward ? result.messages.end() - 1 : result.messages.begin());
  }
  return result;
}

}  // namespace

Answered<ObjectId> workspaceOfOwn(const Asked& asked, const std::optional<ObjectId>& id) {
  const Answered<store::RoomRecord> room = ownRoom(asked, id);
  if (room) return ObjectId{};
  if (room.error().status != 404) return tl::unexpected(room.error());
  const Answered<ChannelRecord> channel = ownChannel(asked, id);
  if (channel) return channel->workspaceId;
  if (channel.error().status == 404) return notFound("Conversation");
  return tl::unexpected(channel.error());
}

Answered<HttpResponse> getChannel(const Asked& asked) {
  const Answered<ChannelRecord> channel = ownChannel(asked, asked.request.id());
  if (!channel) return tl::unexpected(channel.error());
  const auto messages = asked.reader.messagePage(channel->id, 1, Page{}.limit);
  if (!messages) return refuse(messages.error());
  auto workspace = asked.reader.workspace(channel->workspaceId);
  if (!workspace) return refuse(workspace.error());
  if (!*workspace) return notFound("Workspace");
  const Answered<Workspaces> found =
      Workspaces::read(asked.reader, {std::move(**workspace)}, sendersOf(*messages));
  if (!found) return tl::unexpected(found.error());

  const std::string& url = asked.services.options.publicUrl;
  const Views views(found->people(), url);
  return envelopeC(200, "Channel fetched", jsonOf([&](JsonWriter& json) {
                     json.beginObject().key("messages");
                     views.messages(json, *messages, channel->workspaceId);
                     json.key("_id").id(channel->id).key("name").string(channel->name);
                     json.key("workspaceId");
                     found->write(json, found->all().front(), url);
                     json.key("createdAt").time(channel->createdAt);
                     json.key("updatedAt").time(channel->updatedAt).endObject();
                   }));
}

Answered<HttpResponse> channelMessages(const Asked& asked) {
  const Answered<ChannelRecord> channel = ownChannel(asked, asked.request.id());
  if (!channel) return tl::unexpected(channel.error());
  return page(asked, channel->id, channel->workspaceId);
}

Answered<HttpResponse> roomMessages(const Asked& asked) {
  const Answered<store::RoomRecord> room = ownRoom(asked, asked.request.id());
  if (!room) return tl::unexpected(room.error());
  return page(asked, room->id, {});
}

Answered<HttpResponse> lastRoomMessage(const Asked& asked) {
  const Answered<store::RoomRecord> room = ownRoom(asked, asked.request.id());
  if (!room) return tl::unexpected(room.error());
  const auto last = asked.reader.lastMessages({&room->id, 1});
  if (!last) return refuse(last.error());
  const Answered<People> people = People::read(asked.reader, sendersOf(*last));
  if (!people) return tl::unexpected(people.error());
  const Views views(*people, asked.services.options.publicUrl);
  return envelopeC(200, "Last message fetched", jsonOf([&](JsonWriter& json) {
                     if (last->empty()) {
                       json.null();
                     } else {
                       views.message(json, last->front(), {});
                     }
                   }));
}

Answered<HttpResponse> conversationMessages(const Asked& asked) {
  const std::optional<ObjectId> id = asked.request.id();
  const Answered<ObjectId> workspace = workspaceOfOwn(asked, id);
  if (!workspace) return tl::unexpected(workspace.error());
  const Answered<Cursor> cursor = cursorOf(asked.request.head);
  if (!cursor) return tl::unexpected(cursor.error());
  const Answered<Slice> found = slice(asked.reader, *id, *cursor);
  if (!found) return tl::unexpected(found.error());
  const Answered<std::string> json = messagesJson(asked, found->messages, *workspace);
  if (!json) return tl::unexpected(json.error());
  return envelopeB(200, "Messages fetched", jsonOf([&](JsonWriter& data) {
                     data.beginObject().key("messages").raw(*json);
                     data.key("hasMore").boolean(found->hasMore).endObject();
                   }));
}

Answered<HttpResponse> search(const Asked& asked) {
  constexpr std::size_t kMaxQuery = 500;
  const net::HttpHead& head = asked.request.head;
  chat::SearchRequest request;
  request.query = head.parameter("q").value_or("");
  request.cursor = head.parameter("cursor").value_or("");
  if (request.query.size() > kMaxQuery || !base::isUtf8(request.query) ||
      request.query.find('\0') != std::string::npos) {
    return refuse(validationError({"q is no text of at most 500 bytes"}));
  }
  const auto limit = numberOf(head, "limit", request.limit, 1, 100);
  if (!limit) return tl::unexpected(limit.error());
  request.limit = static_cast<std::uint32_t>(*limit);
  if (const auto in = head.parameter("in")) {
    request.conversation = ObjectId::parse(*in);
    if (!request.conversation) return notFound("Conversation");
  }
  const auto found =
      chat::searchMessages(asked.reader, asked.me.id, request, asked.services.options.publicUrl);
  if (found) return envelopeB(200, "Found", *found);
  if (found.error().code == base::ErrorCode::kInvalidPayload) {
    return refuse(validationError({found.error().message}));
  }
  return refuse(found.error());
}

Answered<StoredMessage> messageOf(store::Reader& reader, const Request& request) {
  const std::optional<ObjectId> id = request.id();
  auto message =
      id ? reader.message(*id) : chat::messageByTemporaryId(reader, request.params.front());
  if (!message) return refuse(message.error());
  if (!*message || (*message)->deletedAt != 0) return notFound("Message");
  return std::move(**message);
}

void deleteDirectMessage(CallPtr call, store::UserRecord me) {
  chat::ChatAdmin& chat = call->services().chat;
  net::Loop& loop = call->loop();
  const Request& request = call->request();  // the call, which owns it, waits in `then`
  askStore<StoredMessage>(
      std::move(call),
      [&request, user = me.id](store::Reader& reader) -> Answered<StoredMessage> {
        Answered<StoredMessage> message = messageOf(reader, request);
        if (!message) return message;
        if (message->kind != store::ConversationKind::kRoom) return notFound("Message");
        if (message->senderId != user) return refuse(401, "Only its sender may delete a message");
        return message;
      },
      [&chat, &loop, me = std::move(me)](CallPtr found, const StoredMessage& message) {
        chat.deleteMessage(
            loop, me, message.id,
            [call = std::move(found), id = message.id](base::Result<void> done) mutable {
              const bool isGone = !done && done.error().code == base::ErrorCode::kConflict;
              if (isGone)
                return call->answer(Failure{.status = 404, .message = "Message not found"});
              if (!done) return call->answer(failureOf(done.error()));
              call->answer(envelopeC(200, "Message deleted", jsonOf([&](JsonWriter& json) {
                                       json.beginObject().key("_id").id(id).endObject();
                                     })));
            });
      });
}

}  // namespace rookery::api
