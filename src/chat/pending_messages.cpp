#include "rookery/chat/pending_messages.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "rookery/base/log.h"
#include "rookery/chat/chat_socket.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/message_json.h"
#include "rookery/chat/senders.h"

namespace rookery::chat {
namespace {

constexpr std::uint32_t kBatch = 200;
constexpr std::size_t kBatchBytes = 256 * 1024;
constexpr std::size_t kMarkBytes = 128;  // of the writer's queue
constexpr std::chrono::milliseconds kAnswerPatience{60'000};
constexpr base::WallMs kKeptFor = 30LL * 24 * 3'600'000;

}  // namespace

struct PendingMessages::Batch {
  std::uint64_t commitNo = 0;  ///< all commits up to it are in the batch or were before it
  std::vector<Receipts::Delivered> marks;
  std::string json;  ///< the event's payload; empty: nothing is pending
  bool more = false;
};

base::Result<PendingMessages::Batch> PendingMessages::read(store::Reader& reader,
                                                           const base::ObjectId& user,
                                                           base::WallMs since,
                                                           const std::string& publicUrl) {
  Batch batch;
  const auto commitNo = reader.lastCommitNo();
  if (!commitNo) return base::fail(commitNo.error());
  batch.commitNo = *commitNo;
  auto rows = reader.pendingOf(user, since, kBatch + 1);
  if (!rows) return base::fail(rows.error());
  if (rows->empty()) return batch;
  batch.more = rows->size() > kBatch;
  if (batch.more) rows->pop_back();
  const auto senders = Senders::read(reader, *rows, publicUrl);
  if (!senders) return base::fail(senders.error());
  std::map<base::ObjectId, base::ObjectId> workspaces;
  base::JsonWriter json(batch.json);
  json.beginObject().key("messages").beginArray();
  for (const store::StoredMessage& one : *rows) {
    if (batch.json.size() > kBatchBytes) {
      batch.more = true;
      break;
    }
    const bool isChannel = one.kind == store::ConversationKind::kChannel;
    const auto [at, isNew] = workspaces.try_emplace(one.conversationId);
    if (isNew && isChannel) {
      const auto channel = reader.channel(one.conversationId);
      if (!channel) return base::fail(channel.error());
      if (channel->has_value()) at->second = (*channel)->workspaceId;
    }
    writeStored(json, one, at->second, senders->json(one.senderId));
    if (isNew) {
      batch.marks.push_back({one.conversationId, 0, isChannel ? base::ObjectId{} : one.senderId});
    }
    batch.marks.back().seq = one.seq;
  }
  json.endArray().key("more").boolean(batch.more).endObject();
  return batch;
}

void PendingMessages::arrived(socketio::Socket& socket, bool isOnly) {
  if (!isOnly) return;  // what the other one was sent and did not take is looked at when it goes
  if (isCaughtUp(socket)) return;
  serve(socket.state<ChatSocket>().user->id, socket.ref());
}

void PendingMessages::serve(const base::ObjectId& user, const socketio::SocketRef& ref) {
  if (stopping_) return;
  {
    const base::MutexLock lock(mutex_);
    Entry& entry = users_[user];
    if (entry.outstanding) return;
    if (entry.raising > 0) {
      entry.waiting = ref;
      return;
    }
    entry.outstanding = ref;
  }
  p_.readers.query<Batch>(
      p_.server.loop(ref.loop),
      [user, since = p_.clock.wall() - kKeptFor, url = p_.options.publicUrl](
          store::Reader& reader) { return read(reader, user, since, url); },
      [this, user, ref](base::Result<Batch> batch) { onRead(user, ref, std::move(batch)); });
}

void PendingMessages::onRead(const base::ObjectId& user, const socketio::SocketRef& ref,
                             base::Result<Batch> batch) {
  socketio::Socket* const socket = p_.server.find(ref);
  if (socket == nullptr || !batch) return release(user, ref);
  std::uint64_t& known = socket->state<ChatSocket>().reach.from;
  if (known == ChatSocket::Reach::kUnknown) known = batch->commitNo;
  if (batch->json.empty()) {
    socket->state<ChatSocket>().reach.isSettled = true;
    return release(user, ref);
  }
  noteOffered(user, *batch);
  socket->emitWithAck(kPendingMessages, batch->json, kAnswerPatience,
                      [this, user, ref, marks = std::move(batch->marks),
                       more = batch->more](std::optional<socketio::AckAnswer> answer) mutable {
                        if (answer.has_value()) {
                          onAnswered(user, ref, std::move(marks), more);
                        } else {
                          release(user, ref);
                        }
                      });
}

void PendingMessages::noteOffered(const base::ObjectId& user, const Batch& batch) {
  auto slot = writer_->reserve(kMarkBytes * batch.marks.size());
  if (!slot) return;  // not counted: it may be sent once more than it had to be
  writer_->write(
      std::move(*slot),
      [user, marks = batch.marks](store::Database& database) {
        store::WriteResult result;
        for (const Receipts::Delivered& one : marks) {
          if (result.ok()) result = database.noteOffered(user, one.conversation, one.seq);
        }
        return result;
      },
      [](const store::WriteResult&) {});
}

void PendingMessages::onAnswered(const base::ObjectId& user, const socketio::SocketRef& ref,
                                 std::vector<Receipts::Delivered> marks, bool more) {
  p_.receipts.delivered(user, std::move(marks),
                        [this, user, ref, more](const base::Result<void>& kept) {
                          p_.server.loop(ref.loop).post([this, user, ref, goesOn = more && kept] {
                            release(user, ref);
                            socketio::Socket* const socket = p_.server.find(ref);
                            if (socket == nullptr) return;
                            if (goesOn) return serve(user, ref);
                            socket->state<ChatSocket>().reach.isSettled = true;
                          });
                        });
}

void PendingMessages::release(const base::ObjectId& user, const socketio::SocketRef& ref) {
  const base::MutexLock lock(mutex_);
  const auto found = users_.find(user);
  if (found == users_.end()) return;
  if (found->second.outstanding == ref) found->second.outstanding = {};
  if (!found->second.outstanding && found->second.raising == 0) users_.erase(found);
}

void PendingMessages::pinged(socketio::Socket& socket, bool answered) {
  ChatSocket::Reach& reach = socket.state<ChatSocket>().reach;
  if (answered) {
    reach.proven = reach.pinged;
  } else {
    reach.pinged = p_.server.sentCommitNo(socket.loop());
  }
}

bool PendingMessages::isCaughtUp(const socketio::Socket& socket) {
  return socket.recovered() && socket.state<ChatSocket>().reach.isSettled;
}

void PendingMessages::gone(socketio::Socket& socket) {
  ChatSocket& state = socket.state<ChatSocket>();
  release(state.user->id, socket.ref());
  const std::uint64_t reached =
      socket.hasPeerTakenAll() ? p_.server.sentCommitNo(socket.loop()) : state.reach.proven;
  raise(state.user->id, state.reach.from, reached);
  if (state.reach.from != ChatSocket::Reach::kUnknown) {  // for when it comes back
    state.reach.from = std::max(state.reach.from, reached);
  }
}

void PendingMessages::keepMarks(socketio::Socket& socket) {
  const ChatSocket& state = socket.state<ChatSocket>();
  raise(state.user->id, state.reach.from, state.reach.proven);
}

void PendingMessages::raise(const base::ObjectId& user, std::uint64_t from, std::uint64_t upTo) {
  const bool isWorth = from != ChatSocket::Reach::kUnknown && upTo > from;
  auto slot = isWorth ? writer_->reserve(kMarkBytes)
                      : base::Result<store::StoreWriter::Slot>(store::StoreWriter::Slot());
  {
    const base::MutexLock lock(mutex_);
    ++users_[user].raising;
  }
  if (!isWorth || !slot) return onRaised(user);
  writer_->write(
      std::move(*slot),
      [user, from, upTo, since = p_.clock.wall() - kKeptFor](store::Database& database) {
        return database.raiseDelivered(user, from, upTo, since);
      },
      [this, user](const store::WriteResult&) { onRaised(user); });
}

/// Whoever is still there, or came meanwhile, is sent what is pending now.
void PendingMessages::onRaised(const base::ObjectId& user) {
  socketio::SocketRef next;
  {
    const base::MutexLock lock(mutex_);
    Entry& entry = users_[user];
    if (--entry.raising > 0) return;
    next = std::exchange(entry.waiting, {});
    if (!entry.outstanding) users_.erase(user);
  }
  if (!next) {
    const std::vector<SocketManager::Device> others = p_.sockets.devices(user);
    if (others.empty()) return;
    next = others.back().ref;
  }
  p_.server.loop(next.loop).post([this, user, next] {
    const socketio::Socket* const socket = p_.server.find(next);
    if (socket != nullptr && !isCaughtUp(*socket)) serve(user, next);
  });
}

base::Held PendingMessages::held() {
  const base::MutexLock lock(mutex_);
  return {"users who are sent what waited", users_.size(), base::nodeBytes(users_),
          "connected users"};
}

}  // namespace rookery::chat
