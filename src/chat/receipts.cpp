#include "rookery/chat/receipts.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "rookery/base/planted.h"
#include "rookery/chat/acks.h"
#include "rookery/chat/chat_socket.h"
#include "rookery/chat/conversation_access.h"
#include "rookery/chat/event_names.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;

constexpr std::size_t kCursorBytes = 128;       // what a mark takes of the queue's byte limit
constexpr std::uint32_t kMostCaughtUp = 1'000;  // marks told to a socket that fell behind

}  // namespace

net::SharedFrame readEvent(socketio::Namespace& nsp, store::ConversationKind kind,
                           const store::ReadMark& mark, std::uint64_t told) {
  socketio::EventFrame frame(nsp, kMessageRead, 256);
  base::JsonWriter& json = frame.args().beginObject();
  json.key(conversationKey(kind)).id(mark.conversationId);
  json.key("userId").id(mark.userId).key("messageId").id(mark.messageId);
  json.key("seq").number(mark.seq).key("readAt").time(mark.readAt);
  json.key("commitNo").number(mark.commitNo).endObject();
  frame.tells(told);
  return frame.finish(net::FrameClass::kReceipt, mark.conversationId);
}

void Receipts::markRead(const socketio::Socket& socket, const socketio::AckTarget& ack,
                        const ConversationRef& conversation, const base::ObjectId& message) {
  using Found = std::optional<store::StoredMessage>;
  p_.readers.query<Found>(
      socket.loop(), [message](store::Reader& reader) { return reader.message(message); },
      [this, ack, conversation,
       user = socket.state<ChatSocket>().user->id](store::Result<Found> found) {
        if (!found) {
          answerFailure(p_.nsp, ack, found.error());
        } else if (!found->has_value() || (*found)->conversationId != conversation->id()) {
          answerFailure(p_.nsp, ack, {ErrorCode::kNotFound, "Message not found"});
        } else {
          moveRead(ack, user, conversation, **found);
        }
      });
}

void Receipts::moveRead(const socketio::AckTarget& ack, const base::ObjectId& user,
                        const ConversationRef& conversation, const store::StoredMessage& message) {
  base::Result<store::StoreWriter::Slot> slot = writer_->reserve(kCursorBytes);
  if (!slot) {
    answerFailure(p_.nsp, ack, slot.error());
    return;
  }
  struct Move {
    store::ReadMark mark;
    bool moved = false;
  };
  // Shared by the two steps of the write, which run one after the other.
  auto move = std::make_shared<Move>();
  move->mark = {.userId = user,
                .conversationId = conversation->id(),
                .messageId = message.id,
                .seq = message.seq,
                .readAt = p_.clock.wall(),
                .commitNo = 0};
  writer_->write(
      std::move(*slot),
      [move, kind = conversation->kind](store::Database& database) {
        return database.advanceRead(move->mark, kind, move->moved);
      },
      [this, move, ack, conversation](const store::WriteResult& result) {
        const bool isTold = move->moved || base::isPlanted(base::PlantedBug::kMarkGoesBack);
        if (result.ok() && isTold) tellRead(*conversation, move->mark, ack.socket);
        p_.server.loop(ack.socket.loop).post([this, move, ack, conversation, result] {
          if (!result.ok()) {
            answerFailure(p_.nsp, ack, result.error);
            return;
          }
          std::string data;
          base::JsonWriter json(data);
          json.beginObject();
          writeConversation(json, *conversation);
          json.key("messageId").id(move->mark.messageId).key("seq").number(move->mark.seq);
          json.key("moved").boolean(move->moved).endObject();
          answerSuccess(p_.nsp, ack, "Marked as read", data);
        });
      });
}

/// On the writer's executor and under the conversation's lock, as MessageChanges::tell().
void Receipts::tellRead(Conversation& conversation, const store::ReadMark& mark,
                        const socketio::SocketRef& by) {
  auto step = std::make_shared<socketio::Broadcast>();
  step->frame = readEvent(p_.nsp, conversation.kind, mark, mark.commitNo);
  step->rooms = conversation.targets;
  if (conversation.isChannel()) step->rooms.push_back(p_.nsp.room(userRoomKey(mark.userId)));
  step->except = by;
  step->commitNo = mark.commitNo;
  const base::MutexLock lock(conversation.order.mutex);
  p_.nsp.post(std::move(step));
}

void Receipts::markDelivered(const socketio::Socket& socket, const socketio::AckTarget& ack,
                             const ConversationRef& conversation, std::uint64_t seq) {
  std::uint64_t confirmed = 0;
  std::uint64_t given = 0;
  {
    const base::MutexLock lock(conversation->order.mutex);
    confirmed = conversation->lastConfirmed;
    given = conversation->order.nextSeq - 1;
  }
  if (seq == 0 || seq > given) {
    answerFailure(p_.nsp, ack, {ErrorCode::kInvalidPayload, "seq is of no message"});
    return;
  }
  // What is not confirmed yet may be given to another message still.
  const std::uint64_t upTo = std::min(seq, confirmed);
  const base::ObjectId user = socket.state<ChatSocket>().user->id;
  delivered(user, {deliveredTo(user, *conversation, upTo)},
            [this, ack, conversation, upTo](const base::Result<void>& result) {
              p_.server.loop(ack.socket.loop).post([this, ack, conversation, upTo, result] {
                if (!result) {
                  answerFailure(p_.nsp, ack, result.error());
                  return;
                }
                std::string data;
                base::JsonWriter json(data);
                json.beginObject();
                writeConversation(json, *conversation);
                json.key("seq").number(upTo).endObject();
                answerSuccess(p_.nsp, ack, "Marked as delivered", data);
              });
            });
}

Receipts::Delivered Receipts::deliveredTo(const base::ObjectId& user,
                                          const Conversation& conversation, std::uint64_t seq) {
  base::ObjectId sender;
  if (!conversation.isChannel()) {
    const store::RoomRecord& room = conversation.room;
    sender = room.senderId == user ? room.recieverId : room.senderId;
  }
  return {conversation.id(), seq, sender};
}

void Receipts::delivered(const base::ObjectId& user, std::vector<Delivered> marks,
                         base::UniqueFunction<void(const base::Result<void>&)> done) {
  base::Result<store::StoreWriter::Slot> slot =
      writer_->reserve(kCursorBytes * std::max<std::size_t>(marks.size(), 1));
  if (!slot) return done(base::fail(slot.error()));
  struct Moves {
    std::vector<Delivered> marks;
    std::vector<std::uint8_t> moved;
  };
  // Shared by the two steps of the write, which run one after the other.
  auto moves = std::make_shared<Moves>();
  moves->moved.resize(marks.size());
  moves->marks = std::move(marks);
  writer_->write(
      std::move(*slot),
      [moves, user](store::Database& database) {
        store::WriteResult result;
        for (std::size_t i = 0; i < moves->marks.size() && result.ok(); ++i) {
          const Delivered& one = moves->marks[i];
          bool moved = false;
          result = database.advanceDelivered(user, one.conversation, one.seq, moved);
          moves->moved[i] = moved ? 1 : 0;
        }
        return result;
      },
      [this, moves, user, done = std::move(done)](const store::WriteResult& result) mutable {
        if (!result.ok()) return done(base::fail(result.error));
        for (std::size_t i = 0; i < moves->marks.size(); ++i) {
          if (moves->moved[i] != 0) tellDelivered(user, moves->marks[i]);
        }
        done({});
      });
}

void Receipts::tellDelivered(const base::ObjectId& user, const Delivered& mark) {
  if (mark.sender.isNull() || mark.sender == user || mark.seq == 0) return;
  socketio::EventFrame frame(p_.nsp, kMessageDelivered, 128);
  base::JsonWriter& json = frame.args().beginObject();
  json.key("roomId").id(mark.conversation).key("userId").id(user);
  json.key("seq").number(mark.seq).endObject();
  auto step = std::make_shared<socketio::Broadcast>();
  step->frame = frame.finish(net::FrameClass::kReceipt, mark.conversation);
  step->rooms.push_back(p_.nsp.room(userRoomKey(mark.sender)));
  p_.nsp.post(std::move(step));
}

void Receipts::answerUnread(const socketio::Socket& socket, const socketio::AckTarget& ack) {
  using States = std::vector<store::ReadingState>;
  p_.readers.query<States>(
      socket.loop(),
      [user = socket.state<ChatSocket>().user->id](store::Reader& reader) {
        return reader.readingOf(user);
      },
      [this, ack](store::Result<States> states) {
        if (!states) {
          answerFailure(p_.nsp, ack, states.error());
          return;
        }
        std::uint64_t total = 0;
        std::string list;
        base::JsonWriter json(list);
        json.beginArray();
        for (const store::ReadingState& one : *states) {
          total += one.unread;
          json.beginObject().key(conversationKey(one.kind)).id(one.conversationId);
          json.key("unread").number(one.unread).key("lastReadSeq").number(one.lastReadSeq);
          json.key("lastSeq").number(one.lastSeq).endObject();
        }
        json.endArray();
        std::string data;
        base::JsonWriter answer(data);
        answer.beginObject().key("total").number(total).key("conversations").raw(list).endObject();
        answerSuccess(p_.nsp, ack, "Unread messages", data);
      });
}

void Receipts::catchUp(const socketio::Socket& socket, const Ids& conversations,
                       base::WallMs since) {
  using Marks = std::vector<store::ReadMark>;
  p_.readers.query<Marks>(
      socket.loop(),
      [ids = std::vector<base::ObjectId>(conversations.begin(), conversations.end()),
       since](store::Reader& reader) { return reader.readMarks(ids, since, kMostCaughtUp); },
      [this, ref = socket.ref()](store::Result<Marks> marks) {
        socketio::Socket* const still = p_.server.find(ref);
        if (still == nullptr || !marks) return;  // it asks for its history as well
        const std::uint64_t told = p_.server.sentCommitNo(still->loop());
        for (const store::ReadMark& mark : *marks) {
          const ConversationRef place = p_.conversations.find(mark.conversationId);
          if (place == nullptr || place->state() != Conversation::State::kReady) continue;
          still->send(readEvent(p_.nsp, place->kind, mark, told));
        }
      });
}

}  // namespace rookery::chat
