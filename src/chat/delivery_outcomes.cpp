#include <utility>

#include "rookery/base/check.h"
#include "rookery/base/log.h"
#include "rookery/base/planted.h"
#include "rookery/chat/delivery.h"
#include "rookery/chat/mentions.h"
#include "rookery/chat/message_json.h"
#include "rookery/chat/outcome_frames.h"

// The second half of Delivery: what becomes of messages after their place in the order.
namespace rookery::chat {

void Delivery::onSettled(std::span<store::Settled> group) {
  for (store::Settled& one : group) settleOne(one);
}

void Delivery::settleOne(store::Settled& one) {
  // What is remembered of it is what is told of it.
  std::shared_ptr<store::StoredMessage> kept;
  if (!one.record.clientMessageId.empty() && !one.error.has_value()) {
    kept = std::make_shared<store::StoredMessage>();
    static_cast<store::MessageRecord&>(*kept) = std::move(one.record);
    kept->commitNo = one.commitNo;
    kept->updatedAt = kept->createdAt;
  }
  const store::MessageRecord& record = kept != nullptr ? *kept : one.record;
  const ConversationRef conversation = p_.conversations.find(record.conversationId);
  if (conversation == nullptr) {  // one with messages in flight is never dropped
    base::log::error("outcome for a conversation that is not in memory",
                     {{"conversation", record.conversationId.hex()}, {"seq", record.seq}});
    return;
  }
  std::vector<socketio::AckTarget> waiting;
  if (!record.clientMessageId.empty()) {
    waiting = p_.deduplicator.settle(record.senderId, record.clientMessageId, kept);
    if (base::isPlanted(base::PlantedBug::kWaitingForgotten)) waiting.clear();
  }
  const base::MutexLock lock(conversation->order.mutex);
  ROOKERY_CHECK(!conversation->inFlight.empty());
  const InFlight flight = conversation->inFlight.pop();
  ROOKERY_CHECK(flight.seq == record.seq && flight.generation == record.generation);
  p_.stats.commitLatency.observe(p_.clock.steady() - flight.received);
  if (one.error.has_value()) {
    if (flight.generation == conversation->order.generation) {
      // All later ones in flight fail as well, so their numbers are free again.
      conversation->order.generation++;
      if (!base::isPlanted(base::PlantedBug::kNumberNotReturned)) {
        conversation->order.nextSeq = conversation->lastConfirmed + 1;
      }
    }
    fail(*conversation, flight, one, waiting);
  } else {
    conversation->lastConfirmed = record.seq;
    confirm(*conversation, flight, {record, one.commitNo}, waiting);
  }
}

void Delivery::confirm(Conversation& conversation, const InFlight& flight, const Committed& one,
                       const std::vector<socketio::AckTarget>& waiting) {
  const base::SteadyTime now = p_.clock.steady();
  const Outcome outcome{conversation,
                        *flight.sender,
                        one.record,
                        one.commitNo,
                        {flight.emitted - flight.received, now - flight.received},
                        flight.onlineUsers,
                        flight.offlineUsers};
  auto step = std::make_shared<socketio::Broadcast>();
  step->frame = confirmedEvent(p_.nsp, outcome);
  step->rooms = conversation.targets;
  step->outcomeOf = flight.ordinal;
  step->commitNo = one.commitNo;
  step->also = flight.ack.socket;  // who never joined is due the outcome of what he sent
  if (flight.ack) {
    step->privately.emplace_back(flight.ack.socket,
                                 confirmedAck(p_.nsp.name(), *flight.ack.id, outcome));
  }
  for (const socketio::AckTarget& target : waiting) {
    step->privately.emplace_back(
        target.socket, target ? confirmedAck(p_.nsp.name(), *target.id, outcome) : step->frame);
  }
  p_.nsp.post(std::move(step));
  tellMentioned(p_.nsp, conversation, *flight.sender, one.record, one.record.mentions);
  p_.stats.messagesConfirmed.fetch_add(1, std::memory_order_relaxed);
  if (base::log::enabled(base::log::Level::kDebug)) {
    base::log::debug(
        "message confirmed",
        {{"socket", flight.socketId},
         {"user", flight.sender->id.hex()},
         {"conversation", conversation.id().hex()},
         {"seq", one.record.seq},
         {"emitMs", std::chrono::duration<double, std::milli>(outcome.timing.emit).count()},
         {"durationMs", std::chrono::duration<double, std::milli>(outcome.timing.commit).count()}});
  }
}

void Delivery::fail(Conversation& conversation, const InFlight& flight, const store::Settled& one,
                    const std::vector<socketio::AckTarget>& waiting) {
  const Outcome outcome{conversation, *flight.sender, one.record, 0, {}, 0, 0};
  auto step = std::make_shared<socketio::Broadcast>();
  step->frame = failedEvent(p_.nsp, outcome, *one.error, one.retryable);
  step->rooms = conversation.targets;
  step->outcomeOf = flight.ordinal;
  step->also = flight.ack.socket;
  const auto answer = [&](const socketio::AckTarget& target) {
    if (!target) return;
    const bool wasSentBefore =
        one.first.has_value() && one.first->conversationId == conversation.id();
    if (wasSentBefore) {
      const Outcome first{conversation, *flight.sender, *one.first, one.first->commitNo, {}, 0, 0};
      step->privately.emplace_back(target.socket, confirmedAck(p_.nsp.name(), *target.id, first));
    } else {
      step->privately.emplace_back(target.socket,
                                   failedAck(p_.nsp.name(), *target.id, *one.error, one.retryable));
    }
  };
  answer(flight.ack);
  for (const socketio::AckTarget& target : waiting) answer(target);
  p_.nsp.post(std::move(step));
  p_.stats.messagesFailed.fetch_add(1, std::memory_order_relaxed);
  base::log::limited(base::log::Level::kWarn, "message failed",
                     {{"user", flight.sender->id.hex()},
                      {"conversation", conversation.id().hex()},
                      {"seq", one.record.seq},
                      {"code", base::codeName(one.error->code)},
                      {"error", one.error->message}});
}

}  // namespace rookery::chat
