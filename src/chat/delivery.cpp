#include "rookery/chat/delivery.h"

#include <algorithm>
#include <utility>

#include "rookery/base/log.h"
#include "rookery/base/planted.h"
#include "rookery/chat/acks.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/image_key.h"
#include "rookery/chat/mentions.h"
#include "rookery/chat/message_json.h"
#include "rookery/chat/outcome_frames.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;

base::Error overloaded() { return {ErrorCode::kOverloaded, "The server is busy, try again later"}; }

net::SharedFrame optimisticFrame(socketio::EventFrame frame, const Conversation& conversation,
                                 const User& sender, const store::MessageRecord& message) {
  writeOptimistic(frame.args(), conversation, sender, message);
  return frame.finish();
}

}  // namespace

void Delivery::send(socketio::Socket& socket, SendRequest request) {
  auto& state = socket.state<ChatSocket>();
  const base::ObjectId conversation = request.conversation->id();
  if (state.holdsMessagesTo(conversation) && !base::isPlanted(base::PlantedBug::kHeldOvertaken)) {
    holdOrRefuse(state, std::move(request));
  } else if (advance(request) == Step::kWaits) {
    auto& held = state.seldom().held;
    held.push_back({conversation, {}});
    held.back().queue.push_back(std::move(request));
  }
}

void Delivery::holdOrRefuse(ChatSocket& state, SendRequest request) {
  auto& all = state.seldom().held;
  const auto held = std::find_if(all.begin(), all.end(), [&](const auto& one) {
    return one.conversation == request.conversation->id();
  });
  if (held->queue.size() >= p_.options.waitingPerConversation) {
    refuseMessage(request, overloaded());
    return;
  }
  held->queue.push_back(std::move(request));
}

Delivery::Step Delivery::advance(SendRequest& request) {
  const ConversationRef& conversation = request.conversation;
  if (conversation->state() == Conversation::State::kUnknown) {
    net::Loop& loop = p_.server.loop(request.ack.socket.loop);
    const bool waits = p_.conversations.whenLoaded(
        conversation, loop,
        [this, ref = request.ack.socket, id = conversation->id()] { resume(ref, id, false); });
    if (waits) return Step::kWaits;
    refuseMessage(request, overloaded());
    return Step::kDone;
  }
  if (const base::Result<void> allowed = mayWrite(request); !allowed) {
    refuseMessage(request, allowed.error());
    return Step::kDone;
  }
  if (refusing_) {
    refuseMessage(request, {ErrorCode::kOverloaded, "The server is shutting down, try again"});
    return Step::kDone;
  }
  if (request.message.parentId && !request.parentFound) return askParent(request);
  if (request.upload) return askUpload(request);
  if (request.message.clientMessageId.empty()) {
    accept(request);
    return Step::kDone;
  }
  const Deduplicator::Decision decision =
      p_.deduplicator.decide(request.sender->id, request.message.clientMessageId,
                             conversation->id(), request.ack, request.notStored);
  switch (decision.verdict) {
    case Deduplicator::Verdict::kConfirmed:
      onFirstFound(request, *decision.first);
      return Step::kDone;
    case Deduplicator::Verdict::kNew:
      accept(request);
      return Step::kDone;
    case Deduplicator::Verdict::kMaybeStored:
      return askStore(request);
    case Deduplicator::Verdict::kWaits:
      p_.stats.duplicates.fetch_add(1, std::memory_order_relaxed);
      return Step::kDone;
    case Deduplicator::Verdict::kConflict:
      refuseMessage(request,
                    {ErrorCode::kConflict, "clientMessageId was used in another conversation"});
      return Step::kDone;
    case Deduplicator::Verdict::kTooMany:
      refuseMessage(request, overloaded());
      return Step::kDone;
  }
  return Step::kDone;
}

base::Result<void> Delivery::mayWrite(const SendRequest& request) const {
  const Conversation& conversation = *request.conversation;
  const bool wanted = conversation.kind == request.message.kind;
  if (conversation.state() == Conversation::State::kMissing || !wanted) {
    const bool isRoom = request.message.kind == store::ConversationKind::kRoom;
    return base::fail(ErrorCode::kNotFound, isRoom ? "Room not found" : "Channel not found");
  }
  if (!conversation.admits(request.sender->id) &&
      !base::isPlanted(base::PlantedBug::kMembershipUnchecked)) {
    return base::fail(ErrorCode::kForbidden, "You do not take part in this conversation");
  }
  if (request.workspaceId.has_value() && *request.workspaceId != conversation.workspaceId()) {
    return base::fail(ErrorCode::kInvalidPayload, "workspaceId is not that of the channel");
  }
  if (conversation.isBlocked()) {
    return base::fail(ErrorCode::kForbidden, "This room is blocked");
  }
  return {};
}

Delivery::Step Delivery::askStore(SendRequest& request) {
  p_.stats.dedupReads.fetch_add(1, std::memory_order_relaxed);
  net::Loop& loop = p_.server.loop(request.ack.socket.loop);
  using Found = std::optional<store::StoredMessage>;
  p_.readers.query<Found>(
      loop,
      [sender = request.sender->id, id = request.message.clientMessageId](store::Reader& reader) {
        return reader.messageByClientId(sender, id);
      },
      [this, ref = request.ack.socket,
       conversation = request.conversation->id()](store::Result<Found> found) {
        SendRequest* const first = waiting(ref, conversation);
        if (first == nullptr) return;
        if (!found) {
          refuseMessage(*first, found.error());
        } else if (found->has_value()) {
          onFirstFound(*first, **found);
        } else {
          first->notStored = true;
        }
        resume(ref, conversation, !found || found->has_value());
      });
  return Step::kWaits;
}

/// A reply costs one read before it is sent: what it replies to must be there.
Delivery::Step Delivery::askParent(SendRequest& request) {
  using Found = std::optional<store::StoredMessage>;
  p_.readers.query<Found>(
      p_.server.loop(request.ack.socket.loop),
      [parent = *request.message.parentId](store::Reader& reader) {
        return reader.message(parent);
      },
      [this, ref = request.ack.socket,
       conversation = request.conversation->id()](store::Result<Found> found) {
        SendRequest* const first = waiting(ref, conversation);
        if (first == nullptr) return;
        first->parentFound = found && found->has_value() && (*found)->deletedAt == 0 &&
                             (*found)->conversationId == conversation;
        if (!first->parentFound) {
          refuseMessage(*first,
                        found ? base::Error{ErrorCode::kNotFound, "There is no message to reply to"}
                              : found.error());
        }
        resume(ref, conversation, !first->parentFound);
      });
  return Step::kWaits;
}

/// And so does a file: a message has an imageKey only if its sender has uploaded that.
Delivery::Step Delivery::askUpload(SendRequest& request) {
  using Found = std::vector<store::FileRecord>;
  p_.readers.query<Found>(
      p_.server.loop(request.ack.socket.loop),
      [sender = request.sender->id, mark = request.upload->timeStamp](store::Reader& reader) {
        return reader.filesByMark(sender, mark);
      },
      [this, ref = request.ack.socket,
       conversation = request.conversation->id()](const store::Result<Found>& found) {
        SendRequest* const first = waiting(ref, conversation);
        if (first == nullptr) return;
        if (!found) {
          refuseMessage(*first, found.error());
          return resume(ref, conversation, true);
        }
        const SendRequest::Upload upload = *std::exchange(first->upload, std::nullopt);
        const bool isThere = std::any_of(found->begin(), found->end(), [&](const auto& file) {
          return file.name == upload.fileName;
        });
        if (isThere) {
          first->message.imageKey =
              imageKey(upload.fileName, upload.timeStamp, p_.options.imageKeySuffix);
        }
        resume(ref, conversation, false);
      });
  return Step::kWaits;
}

SendRequest* Delivery::waiting(const socketio::SocketRef& ref, const base::ObjectId& conversation) {
  socketio::Socket* const socket = p_.server.find(ref);
  if (socket == nullptr) return nullptr;  // the client sends it again when it comes back
  auto& held = socket->state<ChatSocket>().seldom().held;
  const auto at = std::find_if(held.begin(), held.end(),
                               [&](const auto& one) { return one.conversation == conversation; });
  return at == held.end() ? nullptr : &at->queue.front();
}

void Delivery::resume(const socketio::SocketRef& ref, const base::ObjectId& conversation,
                      bool answeredFromStore) {
  socketio::Socket* const socket = p_.server.find(ref);
  if (socket == nullptr) return;
  auto& held = socket->state<ChatSocket>().seldom().held;
  const auto at = std::find_if(held.begin(), held.end(),
                               [&](const auto& one) { return one.conversation == conversation; });
  if (at == held.end()) return;
  if (answeredFromStore) at->queue.pop_front();
  while (!at->queue.empty()) {
    SendRequest& next = at->queue.front();
    if (next.conversation->state() == Conversation::State::kUnknown) {
      refuseMessage(next, {ErrorCode::kStoreFailed, "The store does not answer, try again"});
    } else if (advance(next) == Step::kWaits) {
      return;
    }
    at->queue.pop_front();
  }
  held.erase(at);
}

void Delivery::onFirstFound(const SendRequest& request, const store::StoredMessage& first) {
  p_.stats.duplicates.fetch_add(1, std::memory_order_relaxed);
  if (first.conversationId != request.conversation->id()) {
    refuseMessage(request,
                  {ErrorCode::kConflict, "clientMessageId was used in another conversation"});
    return;
  }
  const auto passed = p_.clock.steady() - request.received;
  const Outcome outcome{
      *request.conversation, *request.sender, first, first.commitNo, {passed, passed}, 0, 0};
  p_.nsp.send(request.ack.socket, request.ack
                                      ? confirmedAck(p_.nsp.name(), *request.ack.id, outcome)
                                      : confirmedEvent(p_.nsp, outcome));
}

void Delivery::refuseMessage(const SendRequest& request, const base::Error& error) {
  if (error.code == ErrorCode::kOverloaded) p_.stats.drop(DropReason::kOverloaded);
  if (request.ack || error.code != ErrorCode::kOverloaded) {
    answerFailure(p_.nsp, request.ack, error);
    return;
  }
  // Nobody else saw it: the sender alone learns that it failed.
  store::MessageRecord message = request.message;
  message.createdAt = p_.clock.wall();
  const Outcome outcome{*request.conversation, *request.sender, message, 0, {}, 0, 0};
  p_.nsp.send(request.ack.socket, failedEvent(p_.nsp, outcome, error, true));
}

void Delivery::accept(SendRequest& request) {
  store::MessageRecord& message = request.message;
  const Conversation& conversation = *request.conversation;
  base::Result<store::StoreWriter::Slot> slot = writer_->reserve(message.queuedBytes());
  const bool isBehind = slot.has_value() && p_.nsp.isOverloaded(conversation.targets);
  if (!slot || isBehind) return withdraw(request, slot ? overloaded() : slot.error());
  message.mentions = mentionsIn(conversation, message.body);
  message.id = p_.ids.next();
  message.senderId = request.sender->id;
  message.conversationId = conversation.id();
  if (!order(request, std::move(*slot))) {
    withdraw(request, {ErrorCode::kNotFound, "This conversation was deleted"});
  }
}

void Delivery::withdraw(const SendRequest& request, const base::Error& error) {
  if (!request.message.clientMessageId.empty()) {
    for (const socketio::AckTarget& waiting :
         p_.deduplicator.settle(request.sender->id, request.message.clientMessageId)) {
      answerFailure(p_.nsp, waiting, error);
    }
  }
  refuseMessage(request, error);
}

void Delivery::countReaders(const Conversation& conversation, const User& sender,
                            InFlight& flight) {
  if (!conversation.isChannel()) {
    const base::ObjectId other = conversation.room.senderId == sender.id
                                     ? conversation.room.recieverId
                                     : conversation.room.senderId;
    if (other == sender.id) return;
    flight.onlineUsers = p_.sockets.isOnline(other) ? 1 : 0;
    flight.offlineUsers = 1 - flight.onlineUsers;
    return;
  }
  const std::uint32_t members = conversation.memberCount();
  const std::uint32_t online = conversation.onlineUsers.load(std::memory_order_relaxed);
  const bool isOneOfThem = p_.sockets.hasJoined(sender.id, conversation.id());
  flight.onlineUsers = online - (isOneOfThem && online > 0 ? 1 : 0);
  flight.offlineUsers = members > flight.onlineUsers + 1 ? members - flight.onlineUsers - 1 : 0;
}

/// Under the conversation's lock.
std::shared_ptr<socketio::Broadcast> Delivery::optimisticStep(const SendRequest& request) {
  const Conversation& conversation = *request.conversation;
  const store::MessageRecord& message = request.message;
  const bool isRoom = !conversation.isChannel();
  const std::string_view event = isRoom ? kRoomMessageRecieved : kNewMessageReceived;
  const std::size_t bytes = 512 + message.body.size();
  auto step = std::make_shared<socketio::Broadcast>();
  step->frame = optimisticFrame({p_.nsp, event, bytes}, conversation, *request.sender, message);
  if (const auto id = p_.messageAcks.ask(conversation.id(), message.seq, message.generation)) {
    step->asking = optimisticFrame({p_.nsp, event, *id, step->frame, bytes}, conversation,
                                   *request.sender, message);
  }
  step->rooms = conversation.targets;
  if (!base::isPlanted(base::PlantedBug::kSenderNotExcepted)) step->except = request.ack.socket;
  step->privately.emplace_back(
      request.ack.socket,
      optimisticFrame({p_.nsp, isRoom ? kRoomMessageSent : kChannelMessageSent, bytes},
                      conversation, *request.sender, message));
  return step;
}

bool Delivery::order(SendRequest& request, store::StoreWriter::Slot slot) {
  Conversation& conversation = *request.conversation;
  store::MessageRecord& message = request.message;
  InFlight flight;
  flight.sender = request.sender;
  flight.ack = request.ack;
  flight.received = request.received;
  if (base::log::enabled(base::log::Level::kDebug)) {
    if (const socketio::Socket* const socket = p_.server.find(request.ack.socket)) {
      flight.socketId = socket->id();
    }
  }
  countReaders(conversation, *request.sender, flight);
  std::shared_ptr<socketio::Broadcast> late;  // of a planted bug alone
  const bool isPlaced =
      p_.orderer.order(conversation.order, [&](const socketio::Orderer::Place& place) {
        message.seq = place.seq;
        message.generation = place.generation;
        message.createdAt = p_.clock.wall();
        std::shared_ptr<socketio::Broadcast> step = optimisticStep(request);
        if (base::isPlanted(base::PlantedBug::kFrameOutsideLock)) {
          late = std::move(step);
        } else {
          p_.nsp.post(std::move(step));
        }
        flight.seq = place.seq;
        flight.generation = place.generation;
        flight.ordinal = place.ordinal;
        flight.emitted = p_.clock.steady();
        p_.stats.emitLatency.observe(flight.emitted - flight.received);
        conversation.inFlight.push(std::move(flight));
        writer_->submit(std::move(slot), std::move(message));
      });
  if (!isPlaced) return false;
  if (late != nullptr) p_.nsp.post(std::move(late));
  p_.stats.messagesAccepted.fetch_add(1, std::memory_order_relaxed);
  return true;
}

}  // namespace rookery::chat
