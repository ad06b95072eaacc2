#include <optional>

#include "rookery/chat/acks.h"
#include "rookery/chat/conversation_access.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/handlers/handlers.h"
#include "rookery/chat/message_changes.h"
#include "rookery/chat/message_history.h"
#include "rookery/chat/payload_fields.h"
#include "rookery/chat/receipts.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;
using Rows = std::vector<store::StoredMessage>;

constexpr std::uint64_t kMostRows = 100;
constexpr std::uint64_t kUsualRows = 50;

/// Which rows a page has: above `after` the oldest, else the newest below `before`.
struct Cursor {
  std::uint64_t before = 0;            ///< 0: no bound
  std::optional<std::uint64_t> after;  ///< set: forwards
  std::uint32_t limit = kUsualRows;

  static base::Result<Cursor> parse(const base::JsonObject& object) {
    for (const std::string_view field : {"before", "limit"}) {
      if (numberField(object, field) == 0) {
        return base::fail(ErrorCode::kInvalidPayload, std::string(field) + " must be 1 or more");
      }
    }
    const std::uint64_t limit = numberField(object, "limit").value_or(kUsualRows);
    return Cursor{.before = numberField(object, "before").value_or(0),
                  .after = numberField(object, "after"),
                  .limit = static_cast<std::uint32_t>(std::min(limit, kMostRows))};
  }
};

/// An answer in the making.
struct Page {
  Rows rows;
  bool hasMore = false;
  std::optional<store::StoredMessage> parent = {};
  MessageHistory history = {};
};

/// One row more than wanted was read, to see whether there are more in the direction of reading.
void cutSurplus(Page& page, std::size_t limit, bool isForward) {
  page.hasMore = page.rows.size() > limit;
  if (page.hasMore) page.rows.erase(isForward ? page.rows.end() - 1 : page.rows.begin());
}

base::Result<Page> complete(store::Reader& reader, Page page, const base::ObjectId& user,
                            const std::string& publicUrl) {
  Rows all = page.rows;
  if (page.parent) all.push_back(*page.parent);
  auto history = MessageHistory::read(reader, all, user, publicUrl);
  if (!history) return base::fail(history.error());
  page.history = std::move(*history);
  return page;
}

void answer(Services& services, const socketio::AckTarget& ack, const Conversation& conversation,
            const base::Result<Page>& page, std::string_view text) {
  if (!page) return answerFailure(services.nsp, ack, page.error());
  const base::ObjectId workspace = conversation.workspaceId();
  std::string data;
  base::JsonWriter json(data);
  json.beginObject();
  writeConversation(json, conversation);
  if (page->parent) {
    json.key("parent");
    page->history.write(json, *page->parent, workspace);
  }
  json.key("messages").beginArray();
  for (const store::StoredMessage& row : page->rows) page->history.write(json, row, workspace);
  json.endArray().key("hasMore").boolean(page->hasMore).endObject();
  answerSuccess(services.nsp, ack, text, data);
}

/// Reads a page of the conversation with `read` and answers with it. What was read to the end of
/// the conversation counts as delivered.
using ReadPage = base::UniqueFunction<base::Result<Page>(store::Reader&)>;
void askPage(Services& services, socketio::Socket& socket, const socketio::AckTarget& ack,
             const ConversationRef& conversation, std::string_view text, ReadPage read,
             base::UniqueFunction<void(const Page&)> then = {}) {
  services.readers.query<Page>(
      socket.loop(),
      [read = std::move(read), user = socket.state<ChatSocket>().user->id,
       url = services.options.publicUrl](store::Reader& reader) mutable -> base::Result<Page> {
        auto page = read(reader);
        if (!page) return page;
        return complete(reader, std::move(*page), user, url);
      },
      [&services, ack, conversation, text,
       then = std::move(then)](base::Result<Page> page) mutable {
        answer(services, ack, *conversation, page, text);
        if (page && then) then(*page);
      });
}

struct MessagesPayload {
  ConversationTarget target;
  Cursor cursor;

  static base::Result<MessagesPayload> parse(const base::JsonObject& object, const Context&) {
    const auto target = ConversationTarget::parse(object);
    if (!target) return base::fail(target.error());
    const auto cursor = Cursor::parse(object);
    if (!cursor) return base::fail(cursor.error());
    return MessagesPayload{*target, *cursor};
  }
};

base::Result<Page> readMessages(store::Reader& reader, const base::ObjectId& conversation,
                                const Cursor& cursor) {
  Page page;
  const bool isForward = cursor.after.has_value() && cursor.before == 0;
  auto rows = isForward ? reader.messagesSince(conversation, *cursor.after, cursor.limit + 1)
                        : reader.historyBySeq(conversation, cursor.before, cursor.after.value_or(0),
                                              cursor.limit + 1);
  if (!rows) return base::fail(rows.error());
  page.rows = std::move(*rows);
  cutSurplus(page, cursor.limit, isForward);
  return page;
}

base::Result<Ack> getMessages(Context& context, MessagesPayload payload) {
  withConversation(
      context, payload.target,
      [&services = context.services, ack = context.event.ack, cursor = payload.cursor](
          socketio::Socket& socket, const ConversationRef& conversation) {
        const base::ObjectId user = socket.state<ChatSocket>().user->id;
        askPage(
            services, socket, ack, conversation, "Messages fetched",
            [id = conversation->id(), cursor](store::Reader& reader) {
              return readMessages(reader, id, cursor);
            },
            [&services, user, conversation, isNewest = cursor.before == 0](const Page& page) {
              // A history that was read to its end acknowledges what was pending.
              if (!isNewest || page.rows.empty()) return;
              services.receipts.delivered(user, {{conversation->id(), page.rows.back().seq, {}}},
                                          [](const base::Result<void>&) {});
            });
      });
  return Ack::answeredLater();
}

struct PinsPayload {
  ConversationTarget target;

  static base::Result<PinsPayload> parse(const base::JsonObject& object, const Context&) {
    const auto target = ConversationTarget::parse(object);
    if (!target) return base::fail(target.error());
    return PinsPayload{*target};
  }
};

base::Result<Ack> getPins(Context& context, PinsPayload payload) {
  withConversation(context, payload.target,
                   [&services = context.services, ack = context.event.ack](
                       socketio::Socket& socket, const ConversationRef& conversation) {
                     askPage(
                         services, socket, ack, conversation, "Pins fetched",
                         [id = conversation->id()](store::Reader& reader) -> base::Result<Page> {
                           auto rows = reader.pins(id, store::Database::kMostPins);
                           if (!rows) return base::fail(rows.error());
                           return Page{.rows = std::move(*rows)};
                         });
                   });
  return Ack::answeredLater();
}

struct ThreadPayload {
  base::ObjectId messageId;
  Cursor cursor;

  static base::Result<ThreadPayload> parse(const base::JsonObject& object, const Context&) {
    const auto cursor = Cursor::parse(object);
    if (!cursor) return base::fail(cursor.error());
    return ThreadPayload{requiredId(object, "messageId"), *cursor};
  }
};

/// Finds the message for the socket's user and goes on with it, or answers with why not.
void withMessage(Context& context, const base::ObjectId& message,
                 base::UniqueFunction<void(socketio::Socket&, MessageChanges::Found)> next) {
  Services& services = context.services;
  services.changes.find(context.socket.loop(), context.state.user, message,
                        [&services, ack = context.event.ack, next = std::move(next)](
                            base::Result<MessageChanges::Found> found) mutable {
                          if (!found) return answerFailure(services.nsp, ack, found.error());
                          if (auto* const socket = services.server.find(ack.socket))
                            next(*socket, std::move(*found));
                        });
}

base::Result<Ack> getThread(Context& context, ThreadPayload payload) {
  withMessage(context, payload.messageId,
              [&services = context.services, ack = context.event.ack, cursor = payload.cursor](
                  socketio::Socket& socket, MessageChanges::Found found) {
                askPage(services, socket, ack, found.conversation, "Thread fetched",
                        [parent = std::move(found.message),
                         cursor](store::Reader& reader) -> base::Result<Page> {
                          auto rows = reader.thread(parent.id, cursor.before, cursor.limit + 1);
                          if (!rows) return base::fail(rows.error());
                          Page page{.rows = std::move(*rows), .parent = parent};
                          cutSurplus(page, cursor.limit, false);
                          return page;
                        });
              });
  return Ack::answeredLater();
}

struct HistoryPayload {
  base::ObjectId messageId;

  static base::Result<HistoryPayload> parse(const base::JsonObject& object, const Context&) {
    return HistoryPayload{requiredId(object, "messageId")};
  }
};

std::string versionsJson(const store::StoredMessage& message,
                         const std::vector<store::MessageVersion>& versions) {
  std::string data;
  base::JsonWriter json(data);
  json.beginObject().key("messageId").id(message.id).key("versions").beginArray();
  const auto write = [&json](std::uint64_t version, const std::string& body, base::WallMs at) {
    json.beginObject().key("version").number(version).key("body").string(body);
    json.key("writtenAt").time(at).endObject();
  };
  for (const auto& one : versions) write(one.version, one.body, one.writtenAt);
  if (message.deletedAt == 0) write(message.version, message.body, message.updatedAt);
  json.endArray().endObject();
  return data;
}

base::Result<Ack> getMessageHistory(Context& context, HistoryPayload payload) {
  using Versions = std::vector<store::MessageVersion>;
  withMessage(
      context, payload.messageId,
      [&services = context.services, ack = context.event.ack](socketio::Socket& socket,
                                                              MessageChanges::Found found) {
        services.readers.query<Versions>(
            socket.loop(),
            [id = found.message.id](store::Reader& reader) { return reader.versionsOf(id); },
            [&services, ack,
             message = std::move(found.message)](const base::Result<Versions>& versions) {
              if (!versions) return answerFailure(services.nsp, ack, versions.error());
              answerSuccess(services.nsp, ack, "History fetched", versionsJson(message, *versions));
            });
      });
  return Ack::answeredLater();
}

}  // namespace

void addHistoryEvents(EventTable& table) {
  table.add(kGetMessages, &getMessages);
  table.add(kGetPins, &getPins);
  table.add(kGetThread, &getThread);
  table.add(kGetMessageHistory, &getMessageHistory);
}

}  // namespace rookery::chat
