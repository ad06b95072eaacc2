#include "rookery/chat/message_acks.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "rookery/chat/chat_socket.h"

namespace rookery::chat {
namespace {

constexpr std::chrono::milliseconds kGathered{250};
constexpr std::size_t kMostConversations = 256;  // with marks to move, of one socket

}  // namespace

void MessageAcks::arrived(socketio::Socket& socket) {
  if (!socket.state<ChatSocket>().acksMessages) return;
  socket.askForAcks();
  asking_.fetch_add(1, std::memory_order_relaxed);
}

void MessageAcks::gone(const socketio::Socket& socket) {
  if (!socket.state<ChatSocket>().acksMessages) return;
  flush(socket);
  asking_.fetch_sub(1, std::memory_order_relaxed);
}

std::optional<std::uint64_t> MessageAcks::ask(const base::ObjectId& conversation, std::uint64_t seq,
                                              std::uint64_t generation) {
  if (asking_.load(std::memory_order_relaxed) == 0) return std::nullopt;
  const std::uint64_t id = p_.nsp.newBroadcastAckId();
  const base::MutexLock lock(mutex_);
  if (asked_.empty()) asked_.resize(kRemembered);
  asked_[id % kRemembered] = {id, {conversation, seq, generation}};
  return id;
}

std::optional<ChatSocket::Acked> MessageAcks::find(std::uint64_t id) {
  const base::MutexLock lock(mutex_);
  if (asked_.empty() || id == 0) return std::nullopt;
  const Asked& found = asked_[id % kRemembered];
  return found.id == id ? std::optional(found.message) : std::nullopt;
}

void MessageAcks::onAnswer(const socketio::Socket& socket, std::uint64_t id) {
  auto& state = socket.state<ChatSocket>();
  if (!state.acksMessages) return;
  const std::optional<ChatSocket::Acked> message = find(id);
  if (!message) return;
  auto& acked = state.seldom().acked;
  if (acked.empty()) flushLater(socket);
  const auto same = std::find_if(acked.begin(), acked.end(), [&](const auto& one) {
    return one.conversation == message->conversation;
  });
  if (same == acked.end()) {
    if (acked.size() < kMostConversations) acked.push_back(*message);
    return;
  }
  const bool isNewer = message->generation != same->generation
                           ? message->generation > same->generation
                           : message->seq > same->seq;
  if (isNewer) *same = *message;
}

void MessageAcks::flushLater(const socketio::Socket& socket) {
  socket.loop().postAfter(kGathered, [this, ref = socket.ref()] {
    const socketio::Socket* const still = p_.server.find(ref);
    if (still == nullptr) return;
    flush(*still);
    if (!still->state<ChatSocket>().seldom().acked.empty()) flushLater(*still);
  });
}

void MessageAcks::flush(const socketio::Socket& socket) {
  auto& state = socket.state<ChatSocket>();
  std::vector<ChatSocket::Acked> waiting;
  std::vector<Receipts::Delivered> marks;
  for (const ChatSocket::Acked& one : std::exchange(state.seldom().acked, {})) {
    const ConversationRef conversation = p_.conversations.find(one.conversation);
    if (conversation == nullptr || !conversation->admits(state.user->id)) continue;
    std::uint64_t confirmed = 0;
    {
      const base::MutexLock lock(conversation->order.mutex);
      // What failed gave its seq back.
      if (conversation->order.generation != one.generation) continue;
      confirmed = conversation->lastConfirmed;
    }
    if (confirmed < one.seq) waiting.push_back(one);
    const std::uint64_t upTo = std::min(one.seq, confirmed);
    if (upTo > 0) marks.push_back(Receipts::deliveredTo(state.user->id, *conversation, upTo));
  }
  state.seldom().acked = std::move(waiting);
  if (!marks.empty()) p_.receipts.delivered(state.user->id, std::move(marks), [](const auto&) {});
}

base::Held MessageAcks::held() {
  const base::MutexLock lock(mutex_);
  return {"messages to be acknowledged", asked_.size(), asked_.capacity() * sizeof(Asked),
          "65 536, once a client of auth.ackMessages has come"};
}

}  // namespace rookery::chat
