#include "rookery/chat/chat.h"

#include <utility>

#include "rookery/base/log.h"
#include "rookery/chat/call_permissions.h"
#include "rookery/chat/calls.h"
#include "rookery/chat/connections.h"
#include "rookery/chat/conversation_purge.h"
#include "rookery/chat/conversations.h"
#include "rookery/chat/deduplicator.h"
#include "rookery/chat/delivery.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/event_table.h"
#include "rookery/chat/memberships.h"
#include "rookery/chat/message_acks.h"
#include "rookery/chat/message_changes.h"
#include "rookery/chat/pending_messages.h"
#include "rookery/chat/presence.h"
#include "rookery/chat/receipts.h"
#include "rookery/chat/search_index.h"
#include "rookery/chat/socket_manager.h"
#include "rookery/chat/stored_recovery.h"
#include "rookery/chat/token_watch.h"
#include "rookery/chat/typing.h"
#include "rookery/socketio/frames.h"
#include "rookery/socketio/orderer.h"

namespace rookery::chat {

struct Chat::Impl {
  Impl(Options chosen, const Parts& parts)
      : options(std::move(chosen)),
        p(parts),
        nsp(p.server.of("/")),
        conversations(options, nsp, p.readers, p.workers, p.clock),
        sockets(options, p.clock),
        receipts({p.clock, p.server, nsp, p.readers, conversations}),
        messageAcks({p.server, nsp, conversations, receipts}),
        delivery({options, p.clock, p.ids, p.server, nsp, orderer, p.readers, conversations,
                  sockets, deduplicator, messageAcks, stats}),
        memberships({p.clock, p.server, nsp, conversations, sockets}),
        calls(p.clock, p.ids),
        callPermissions(p.server, p.readers, p.clock),
        presence(options, p.clock, nsp),
        typing(options, p.clock, nsp),
        changes({p.clock, nsp, p.readers, conversations, deduplicator,
                 options.search ? &searchIndex : nullptr}),
        pending({options, p.clock, p.server, p.readers, sockets, receipts}),
        tokenWatch({options, p.clock, p.server, nsp}),
        recovery({options, p.clock, p.server, nsp, p.readers, sockets}),
        connections({options, p.clock, p.server, nsp, p.readers, conversations, sockets, presence,
                     pending, messageAcks, tokenWatch, p.tokens}),
        services{options, p.clock,  p.server,    nsp,      p.readers,       conversations,
                 sockets, delivery, memberships, calls,    callPermissions, presence,
                 typing,  receipts, changes,     p.tokens, tokenWatch,      stats} {}

  void setHandlers();
  void catchUp(socketio::Socket& socket);

  const Options options;
  const Parts p;
  Stats stats;
  socketio::Namespace& nsp;
  socketio::LocalOrderer orderer;
  Conversations conversations;
  SocketManager sockets;
  Deduplicator deduplicator;
  Receipts receipts;
  MessageAcks messageAcks;
  Delivery delivery;
  Memberships memberships;
  Calls calls;
  CallPermissions callPermissions;
  Presence presence;
  Typing typing;
  MessageChanges changes;
  ConversationPurge purge;
  SearchIndex searchIndex{p.readers, p.workers, options.searchLag};
  PendingMessages pending;
  TokenWatch tokenWatch;
  StoredRecovery recovery;
  Connections connections;
  Services services;
  EventTable events;
  std::atomic<bool> draining{false};
};

Chat::Chat(Options options, const Parts& parts)
    : impl_(std::make_unique<Impl>(std::move(options), parts)) {
  Impl& impl = *impl_;
  addAllEvents(impl.events);
  impl.setHandlers();
}

void Chat::Impl::setHandlers() {
  Impl& impl = *this;
  if (options.keepSocketsFor.count() > 0) nsp.setRecoverySource(recovery);
  impl.nsp.use([&impl](const auto& request, auto decide) {
    impl.connections.admit(request, std::move(decide));
  });
  impl.nsp.onConnection([&impl](socketio::Socket& socket) {
    const socketio::SocketRef ref = socket.ref();
    impl.connections.onConnection(socket);
    // What its earlier connection had not been told, as it read too slowly or was away.
    if (impl.p.server.find(ref) != nullptr) impl.catchUp(socket);
  });
  impl.nsp.onRestore([&impl](socketio::Socket& socket, const socketio::CutSocket& left) {
    impl.connections.onRestore(socket, left);
  });
  impl.nsp.onDisconnect([&impl](socketio::Socket& socket, std::string_view reason) {
    impl.connections.onDisconnect(socket, reason);
  });
  impl.nsp.onEvent([&impl](socketio::Socket& socket, const socketio::Event& event) {
    impl.events.dispatch(impl.services, socket, event);
  });
  impl.nsp.onSlowConsumer([&impl](std::size_t queued, std::size_t limit) {
    impl.stats.drop(DropReason::kSlowReader);
    socketio::EventFrame frame(impl.nsp.name(), kSlowConsumer);
    frame.args().beginObject().key("queuedBytes").number(std::uint64_t{queued});
    frame.args().key("limit").number(std::uint64_t{limit}).endObject();
    return frame.finish();
  });
  impl.nsp.onShed([&impl](socketio::Socket& socket, const net::SharedFrame& frame) {
    impl.stats.shed[static_cast<std::size_t>(frame.frameClass())].fetch_add(
        1, std::memory_order_relaxed);
    socket.state<ChatSocket>().noteShed(frame, impl.p.clock.wall());
  });
  impl.nsp.onPing(
      [&impl](socketio::Socket& socket, bool answered) { impl.pending.pinged(socket, answered); });
  impl.nsp.onAnswer([&impl](const socketio::Socket& socket, std::uint64_t id) {
    impl.messageAcks.onAnswer(socket, id);
  });
  impl.nsp.onDrained([&impl](socketio::Socket& socket) { impl.catchUp(socket); });
}

/// Tells how things stand now with all that the socket missed.
void Chat::Impl::catchUp(socketio::Socket& socket) {
  const std::unique_ptr<ChatSocket::Stale> stale = std::move(socket.state<ChatSocket>().stale);
  if (stale == nullptr) return;
  for (const base::ObjectId& user : stale->presence) {
    socket.send(presence.frame(user, presence.state(user).value_or(PresenceState{}),
                               p.server.sentCommitNo(socket.loop())));
  }
  if (!stale->receipts.empty()) receipts.catchUp(socket, stale->receipts, stale->since);
}

Chat::~Chat() = default;

void Chat::onSettled(std::span<store::Settled> group) {
  impl_->delivery.onSettled(group);
  if (impl_->options.search) impl_->searchIndex.poke();
}

void Chat::setWriter(store::StoreWriter& writer) {
  impl_->delivery.setWriter(writer);
  impl_->memberships.setWriter(writer);
  impl_->presence.setWriter(writer);
  impl_->receipts.setWriter(writer);
  impl_->changes.setWriter(writer);
  impl_->purge.setWriter(writer);
  impl_->searchIndex.setWriter(writer);
  impl_->pending.setWriter(writer);
  impl_->recovery.setWriter(writer);
}

void Chat::takeUp() {
  impl_->purge.resume(impl_->p.readers, impl_->p.workers);
  if (impl_->options.search) impl_->searchIndex.poke();
  Deduplicator& deduplicator = impl_->deduplicator;
  impl_->p.readers.query<bool>(
      impl_->p.workers,
      [&deduplicator](store::Reader& reader) -> store::Result<bool> {
        const auto count = reader.messageCount();
        if (!count) return base::fail(count.error());
        deduplicator.expect(*count);
        const auto all =
            reader.eachClientMessageId([&](base::ObjectId sender, std::string_view id) {
              deduplicator.addStored(sender, id);
              return true;
            });
        if (!all) return base::fail(all.error());
        return true;
      },
      [&deduplicator](store::Result<bool> done) {
        if (done) {
          deduplicator.stored();
        } else {
          base::log::error(
              "the filter of message ids could not be filled: every message with a "
              "clientMessageId will ask the store",
              {{"error", done.error().message}});
        }
      });
}

void Chat::sweep() {
  impl_->sockets.sweep();
  impl_->conversations.sweep();
  impl_->calls.sweep();
  impl_->presence.sweep();
  impl_->tokenWatch.sweep();
}

void Chat::drain(base::UniqueFunction<void()> marked) {
  Impl& impl = *impl_;
  if (impl.draining.exchange(true)) return;
  impl.delivery.refuse();
  impl.pending.stop();
  impl.presence.keepAll();
  struct Progress {
    std::atomic<std::size_t> left;
    base::UniqueFunction<void()> marked;
  };
  // Shared by the loops: the last one to finish goes on.
  auto progress = std::make_shared<Progress>();
  progress->left = impl.p.server.loopCount();
  progress->marked = std::move(marked);
  for (std::size_t i = 0; i < impl.p.server.loopCount(); ++i) {
    net::Loop& loop = impl.p.server.loop(i);
    loop.post([&impl, &loop, progress] {
      const auto least = static_cast<std::uint64_t>(impl.options.retryAfterLeast.count());
      const auto most = static_cast<std::uint64_t>(impl.options.retryAfterMost.count());
      impl.p.server.eachSocket(loop, [&](socketio::Socket& socket) {
        // Random per socket, so that not all of them come back at once.
        const std::uint64_t wait = least + loop.random().next64() % (most - least + 1);
        socketio::EventFrame frame(impl.nsp.name(), kServerDraining);
        frame.args().beginObject().key("retryAfterMs").number(wait).endObject();
        socket.send(frame.finish());
        impl.pending.keepMarks(socket);
      });
      impl.p.server.keepSockets(loop);
      if (progress->left.fetch_sub(1) == 1) progress->marked();
    });
  }
}

void Chat::memberChanged(const store::MemberRecord& member, std::string_view username) {
  impl_->conversations.memberChanged(member, username);
}

void Chat::channelChanged(const store::ChannelRecord& channel) {
  impl_->conversations.channelChanged(channel);
}

void Chat::roomChanged(const store::RoomRecord& room) { impl_->conversations.roomChanged(room); }

void Chat::conversationsDeleted(std::span<const base::ObjectId> conversations) {
  Impl& impl = *impl_;
  for (const base::ObjectId& id : conversations) {
    const ConversationRef conversation = impl.conversations.close(id);
    if (conversation == nullptr) continue;
    const std::vector<SocketManager::Device> devices = impl.sockets.leaveAll(conversation);
    const socketio::RoomRef readers = conversation->readers();
    if (readers == nullptr) continue;
    for (const SocketManager::Device& device : devices) {
      impl.p.server.loop(device.ref.loop).post([&impl, ref = device.ref, conversation, readers] {
        // What was sent before is still due its outcomes.
        socketio::Socket* const socket = impl.p.server.find(ref);
        if (socket != nullptr) socket->leave(readers, conversation->lastDue());
      });
    }
  }
  impl.purge.start(conversations);
}

void Chat::tell(std::span<const base::ObjectId> users, std::string_view event,
                std::string_view payloadJson) {
  Impl& impl = *impl_;
  socketio::EventFrame frame(impl.nsp, event, 64 + payloadJson.size());
  frame.args().raw(payloadJson);
  auto step = std::make_shared<socketio::Broadcast>();
  step->frame = frame.finish();
  for (const base::ObjectId& user : users) step->rooms.push_back(impl.nsp.room(userRoomKey(user)));
  impl.nsp.post(std::move(step));
}

void Chat::deleteMessage(base::Executor& executor, const store::UserRecord& user,
                         const base::ObjectId& message,
                         base::UniqueFunction<void(base::Result<void>)> done) {
  impl_->changes.apply(executor, makeUser(user, impl_->options.publicUrl),
                       {MessageWish::Kind::kDelete, message},
                       [done = std::move(done)](base::Result<store::MessageChange> change) mutable {
                         done(change ? base::Result<void>{} : base::fail(change.error()));
                       });
}

void Chat::roomMade(const store::RoomRecord& room) {
  if (room.senderId == room.recieverId) return;
  Impl& impl = *impl_;
  const auto watch = [&impl](const base::ObjectId& user, const base::ObjectId& partner) {
    for (const SocketManager::Device& device : impl.sockets.addPartner(user, partner)) {
      impl.p.server.loop(device.ref.loop).post([&impl, ref = device.ref, partner] {
        socketio::Socket* const socket = impl.p.server.find(ref);
        if (socket != nullptr) socket->join(impl.presence.watchersOf(partner));
      });
    }
  };
  watch(room.senderId, room.recieverId);
  watch(room.recieverId, room.senderId);
}

void Chat::userChanged(const store::UserRecord& record, const base::ObjectId& kept) {
  Impl& impl = *impl_;
  const UserRef user = makeUser(record, impl.options.publicUrl);
  impl.sockets.update(user);
  impl.conversations.userRenamed(record.id, record.username);
  for (const SocketManager::Device& device : impl.sockets.devices(record.id)) {
    impl.p.server.loop(device.ref.loop)
        .post([&impl, ref = device.ref, user, kept, disabled = record.disabled] {
          socketio::Socket* const socket = impl.p.server.find(ref);
          if (socket == nullptr) return;
          ChatSocket& state = socket->state<ChatSocket>();
          state.user = user;
          if (!kept.isNull() && state.token.session == kept)
            state.token.version = user->tokenVersion;
          if (disabled || state.token.version != user->tokenVersion) socket->disconnect(true);
        });
  }
}

void Chat::sessionEnded(const base::ObjectId& user, const store::EndedSession& session) {
  Impl& impl = *impl_;
  impl.p.tokens.endSession(session);
  for (const SocketManager::Device& device : impl.sockets.devices(user)) {
    impl.p.server.loop(device.ref.loop).post([&impl, ref = device.ref, id = session.id] {
      socketio::Socket* const socket = impl.p.server.find(ref);
      if (socket == nullptr || socket->state<ChatSocket>().token.session != id) return;
      socket->disconnect(true);
    });
  }
}

std::string Chat::presenceJson(std::span<const base::ObjectId> users,
                               std::span<const store::PresenceRecord> stored) {
  return impl_->presence.statesJson(users, stored);
}

std::vector<ConnectedUser> Chat::connectedUsers() { return impl_->sockets.snapshot(); }

std::size_t Chat::joinedConversations() { return impl_->conversations.joined(); }

std::size_t Chat::loadedConversations() { return impl_->conversations.size(); }

std::size_t Chat::connectedSockets() {
  std::size_t count = 0;
  for (std::size_t i = 0; i < impl_->p.server.loopCount(); ++i) {
    count += impl_->p.server.counters(i).sockets.load();
  }
  return count;
}

std::size_t Chat::presentUsers() { return impl_->presence.present(); }

std::vector<base::Held> Chat::held() {
  Impl& it = *impl_;
  std::vector<base::Held> all;
  for (const base::Held& one : it.p.server.held()) all.push_back(one);
  all.push_back(it.nsp.heldRooms());
  all.push_back(it.sockets.held());
  all.push_back(it.conversations.held());
  all.push_back(it.presence.held());
  all.push_back(it.typing.held());
  all.push_back(it.calls.held());
  all.push_back(it.pending.held());
  all.push_back(it.messageAcks.held());
  for (const base::Held& one : it.deduplicator.held()) all.push_back(one);
  for (const base::Held& one : it.p.tokens.held()) all.push_back(one);
  return all;
}

bool Chat::draining() { return impl_->draining; }

Stats& Chat::stats() { return impl_->stats; }

}  // namespace rookery::chat
