#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rookery/chat/acks.h"
#include "rookery/chat/conversation_access.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/handlers/handlers.h"
#include "rookery/chat/message_history.h"
#include "rookery/chat/payload_fields.h"
#include "rookery/chat/receipts.h"
#include "rookery/socketio/server.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;

constexpr std::size_t kMostPositions = 200;
constexpr std::uint32_t kPage = 100;
constexpr std::uint64_t kMostMissed = 1'000;      // of a conversation; more are truncated
constexpr std::size_t kAnswerBytes = 256 * 1024;  // about; what follows is left to another resume

/// Up to where a client knows a conversation.
struct Position {
  base::ObjectId conversation;
  std::uint64_t seq = 0;
  std::optional<std::uint64_t> commitNo;
};

base::Result<Position> readPosition(std::string_view key, const base::JsonValue& value) {
  const auto invalid = [] {
    return base::fail(ErrorCode::kInvalidPayload,
                      "positions must map conversation ids to a seq or to {seq, commitNo}");
  };
  Position position;
  const auto id = base::ObjectId::parse(key);
  if (!id) return invalid();
  position.conversation = *id;
  if (value.get(position.seq) == simdjson::SUCCESS) return position;
  base::JsonObject object;
  if (value.get(object) != simdjson::SUCCESS ||
      object["seq"].get(position.seq) != simdjson::SUCCESS) {
    return invalid();
  }
  const auto commitNo = optionalValue(object, "commitNo");
  if (!commitNo) return position;
  std::uint64_t number = 0;
  if (commitNo->get(number) != simdjson::SUCCESS) return invalid();
  position.commitNo = number;
  return position;
}

struct ResumePayload {
  std::vector<Position> positions;

  static base::Result<ResumePayload> parse(const base::JsonObject& object, const Context&) {
    ResumePayload payload;
    const auto positions = objectField(object, "positions");
    for (const auto& member : *positions) {
      if (payload.positions.size() == kMostPositions) {
        return base::fail(
            ErrorCode::kInvalidPayload,
            "positions may hold at most " + std::to_string(kMostPositions) + " conversations");
      }
      auto position = readPosition(member.key, member.value);
      if (!position) return base::fail(position.error());
      payload.positions.push_back(*position);
    }
    return payload;
  }
};

/// What one conversation has for the client.
struct Page {
  Position next;  ///< where the client stands once it has taken this
  std::uint64_t lastSeq = 0;
  std::vector<store::StoredMessage> messages;  ///< new to it, deleted ones included
  std::vector<store::StoredMessage> changes;   ///< of those that it knows
  bool truncated = false;
  bool hasMore = false;
  MessageHistory history;
};

/// Keeps as many as fit into an answer, at least one; true when some were left out.
bool cutToSize(std::vector<store::StoredMessage>& rows, std::size_t most) {
  std::size_t bytes = 0;
  std::size_t kept = 0;
  while (kept < rows.size() && kept < most && (kept == 0 || bytes < kAnswerBytes)) {
    bytes += rows[kept++].queuedBytes();
  }
  const bool isCut = kept < rows.size();
  rows.resize(kept);
  return isCut;
}

base::Result<void> readNew(store::Reader& reader, const Position& from, Page& page) {
  const auto state = reader.conversationState(from.conversation);
  if (!state) return base::fail(state.error());
  page.lastSeq = state->lastSeq;
  page.truncated = page.lastSeq > from.seq && page.lastSeq - from.seq > kMostMissed;
  auto rows = page.truncated ? reader.messagesBySeq(from.conversation, 0, 0, kPage)
                             : reader.messagesSince(from.conversation, from.seq, kPage + 1);
  if (!rows) return base::fail(rows.error());
  page.messages = std::move(*rows);
  if (page.truncated) {
    // The newest are of use, the others are asked for as history.
    std::reverse(page.messages.begin(), page.messages.end());
    static_cast<void>(cutToSize(page.messages, kPage));
    std::reverse(page.messages.begin(), page.messages.end());
    page.next.seq = page.lastSeq;
    return {};
  }
  page.hasMore = cutToSize(page.messages, kPage);
  page.next.seq = page.messages.empty() ? from.seq : page.messages.back().seq;
  return {};
}

base::Result<void> readChanges(store::Reader& reader, const Position& from, Page& page) {
  const auto since = from.commitNo ? base::Result<std::uint64_t>(*from.commitNo)
                                   : reader.commitNoAt(from.conversation, from.seq);
  if (!since) return base::fail(since.error());
  auto rows = reader.changesSince(from.conversation, from.seq, *since, kPage + 1);
  if (!rows) return base::fail(rows.error());
  page.changes = std::move(*rows);
  if (!cutToSize(page.changes, kPage)) return {};
  page.hasMore = true;
  page.next.commitNo = page.changes.back().commitNo;
  return {};
}

base::Result<Page> readPage(store::Reader& reader, const Position& from, const base::ObjectId& user,
                            const std::string& publicUrl) {
  Page page;
  page.next = from;
  // Read first: what is committed meanwhile comes again with the next resume.
  const auto commitNo = reader.lastCommitNo();
  if (!commitNo) return base::fail(commitNo.error());
  page.next.commitNo = *commitNo;
  if (const auto read = readNew(reader, from, page); !read) return base::fail(read.error());
  if (!page.truncated) {
    if (const auto read = readChanges(reader, from, page); !read) return base::fail(read.error());
  }
  std::vector<store::StoredMessage> all = page.messages;
  all.insert(all.end(), page.changes.begin(), page.changes.end());
  auto history = MessageHistory::read(reader, all, user, publicUrl);
  if (!history) return base::fail(history.error());
  page.history = std::move(*history);
  return page;
}

void writePosition(base::JsonWriter& json, const Position& position) {
  json.key("position").beginObject().key("seq").number(position.seq);
  if (position.commitNo) json.key("commitNo").number(*position.commitNo);
  json.endObject();
}

void writeDeletions(base::JsonWriter& json, const std::vector<store::StoredMessage>& rows) {
  for (const store::StoredMessage& row : rows) {
    if (row.deletedAt == 0) continue;
    json.beginObject().key("messageId").id(row.id).key("seq").number(row.seq);
    json.key("deletedAt").time(row.deletedAt).key("commitNo").number(row.commitNo).endObject();
  }
}

void writePage(base::JsonWriter& json, const Conversation& conversation, const Page& page) {
  const base::ObjectId workspace = conversation.workspaceId();
  json.key("messages").beginArray();
  for (const store::StoredMessage& row : page.messages) {
    if (row.deletedAt == 0) page.history.write(json, row, workspace);
  }
  json.endArray().key("edits").beginArray();
  for (const store::StoredMessage& row : page.changes) {
    if (row.deletedAt != 0) continue;
    json.beginObject().key("messageId").id(row.id).key("seq").number(row.seq);
    json.key("body").string(row.body);
    page.history.writeState(json, row);
    json.key("status").string(row.status == store::MessageStatus::kRead ? "read" : "unread");
    json.key("version").number(row.version).key("commitNo").number(row.commitNo).endObject();
  }
  json.endArray().key("deletions").beginArray();
  writeDeletions(json, page.changes);
  writeDeletions(json, page.messages);
  json.endArray().key("truncated").boolean(page.truncated).key("hasMore").boolean(page.hasMore);
  json.key("lastSeq").number(page.lastSeq);
  writePosition(json, page.next);
}

/// One resume on its way: conversation after conversation, each read on its own, so that neither
/// the loop nor a reader is held up by a client that was away for long.
class Resuming : public std::enable_shared_from_this<Resuming> {
 public:
  Resuming(Services& services, const socketio::AckTarget& ack, std::vector<Position> positions)
      : services_(services), ack_(ack), positions_(std::move(positions)) {
    json_.beginObject().key("conversations").beginObject();
  }

  void next() {
    socketio::Socket* const socket = services_.server.find(ack_.socket);
    if (socket == nullptr) return;
    if (at_ == positions_.size()) return finish(*socket);
    const Position& position = positions_[at_];
    if (data_.size() > kAnswerBytes) return putOff(position);
    const ConversationRef conversation = services_.conversations.get(position.conversation);
    if (conversation->state() != Conversation::State::kUnknown) return ask(*socket, conversation);
    const bool waits = services_.conversations.whenLoaded(
        conversation, socket->loop(),
        [self = shared_from_this(), conversation] {
          socketio::Socket* const still = self->services_.server.find(self->ack_.socket);
          if (still != nullptr) self->ask(*still, conversation);
        },
        Conversations::Keeps::kMessage);
    if (!waits) refuse({ErrorCode::kOverloaded, "The server is busy, try again later"});
  }

 private:
  void ask(socketio::Socket& socket, const ConversationRef& conversation) {
    const User& user = *socket.state<ChatSocket>().user;
    if (auto allowed = mayRead(*conversation, conversation->kind, user); !allowed) {
      return refuse(allowed.error());
    }
    services_.readers.query<Page>(
        socket.loop(),
        [position = positions_[at_], id = user.id, url = services_.options.publicUrl](
            store::Reader& reader) { return readPage(reader, position, id, url); },
        [self = shared_from_this(), conversation](base::Result<Page> page) {
          if (!page) return self->refuse(page.error());
          self->take(*conversation, *page);
        });
  }

  void take(const Conversation& conversation, const Page& page) {
    json_.key(conversation.id().hex()).beginObject();
    writeConversation(json_, conversation);
    writePage(json_, conversation, page);
    json_.endObject();
    delivered_.push_back({conversation.id(), std::min(page.next.seq, page.lastSeq), {}});
    step();
  }
  void refuse(const base::Error& error) {
    json_.key(positions_[at_].conversation.hex());
    writeFailure(json_, error, base::isRetryable(error.code));
    step();
  }
  void putOff(const Position& position) {
    json_.key(position.conversation.hex()).beginObject();
    json_.key("messages").beginArray().endArray().key("edits").beginArray().endArray();
    json_.key("deletions").beginArray().endArray();
    json_.key("truncated").boolean(false).key("hasMore").boolean(true);
    writePosition(json_, position);
    json_.endObject();
    step();
  }
  /// Through the loop, so that others get their turn.
  void step() {
    ++at_;
    services_.server.loop(ack_.socket.loop).post([self = shared_from_this()] { self->next(); });
  }
  void finish(const socketio::Socket& socket) {
    json_.endObject().endObject();
    answerSuccess(services_.nsp, ack_, "Resumed", data_);
    if (!ack_ || delivered_.empty()) return;
    services_.receipts.delivered(socket.state<ChatSocket>().user->id, std::move(delivered_),
                                 [](const base::Result<void>&) {});
  }

  Services& services_;
  const socketio::AckTarget ack_;
  const std::vector<Position> positions_;
  std::size_t at_ = 0;
  std::string data_;
  base::JsonWriter json_{data_};
  std::vector<Receipts::Delivered> delivered_;
};

base::Result<Ack> resume(Context& context, ResumePayload payload) {
  std::make_shared<Resuming>(context.services, context.event.ack, std::move(payload.positions))
      ->next();
  return Ack::answeredLater();
}

}  // namespace

void addResumeEvents(EventTable& table) { table.add(kResume, &resume); }

}  // namespace rookery::chat
