#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "rookery/base/clock.h"
#include "rookery/base/function.h"
#include "rookery/chat/conversation.h"
#include "rookery/chat/flood_guard.h"
#include "rookery/chat/tokens.h"
#include "rookery/chat/user.h"
#include "rookery/socketio/socket.h"
#include "rookery/store/records.h"

namespace rookery::chat {

/// A message on its way to its place in the order; owns all it needs, so that it may wait.
struct SendRequest {
  socketio::AckTarget ack;
  UserRef sender;
  ConversationRef conversation;
  store::MessageRecord message;               ///< without id, seq, createdAt
  std::optional<base::ObjectId> workspaceId;  ///< when given, it must be the channel's own
  struct Upload {
    std::string fileName;
    std::string timeStamp;
  };
  std::optional<Upload> upload;  ///< what the message says it comes with, until it was looked for
  base::SteadyTime received;
  bool notStored = false;    ///< the store was asked for its clientMessageId
  bool parentFound = false;  ///< the store was asked for what it replies to
};

/// What the chat keeps with a socket. Thread: the socket's loop.
class ChatSocket final : public socketio::SocketState {
 public:
  ChatSocket(UserRef who, const TokenClaims& claims)
      : user(std::move(who)), token{claims.expiresAt, user->tokenVersion, claims.session} {}

  [[nodiscard]] std::string owner() const override { return user->id.hex(); }

  UserRef user;

  /// Messages to one conversation that wait for a read, the first of them asking: those behind it
  /// must not overtake it.
  struct Held {
    base::ObjectId conversation;
    std::deque<SendRequest> queue;
  };

  /// Whom this socket may call, and signals that wait for the answer (CallPermissions).
  struct CallPeer {
    base::ObjectId user;
    base::SteadyTime allowedUntil;  ///< past: not known
    std::vector<base::UniqueFunction<void(socketio::Socket&, bool)>> waiting;
  };

  struct Token {
    base::WallMs expiresAt = 0;
    std::uint64_t version = 0;
    base::ObjectId session;
    bool isWarned = false;
    bool isTimed = false;  ///< something is posted that looks at it when its time comes
  };
  Token token;

  /// `auth.ackMessages` (MessageAcks), and what was acknowledged and is not in the store yet.
  struct Acked {
    base::ObjectId conversation;
    std::uint64_t seq = 0;
    std::uint64_t generation = 0;  ///< of the conversation's order when it had that seq
  };
  bool acksMessages = false;

  /// What most sockets never have.
  struct Seldom {
    std::vector<Held> held;
    std::vector<CallPeer> callPeers;
    std::vector<Acked> acked;
  };
  [[nodiscard]] Seldom& seldom() {
    if (seldom_ == nullptr) seldom_ = std::make_unique<Seldom>();
    return *seldom_;
  }
  [[nodiscard]] bool holdsMessagesTo(const base::ObjectId& conversation) const {
    return seldom_ != nullptr &&
           std::any_of(seldom_->held.begin(), seldom_->held.end(),
                       [&](const Held& one) { return one.conversation == conversation; });
  }

  /// Commits that surely reached the client: all above `from` up to `proven` (PendingMessages).
  struct Reach {
    static constexpr std::uint64_t kUnknown = ~std::uint64_t{0};
    std::uint64_t from = kUnknown;  ///< what was committed up to it is pending, or was answered
    std::uint64_t pinged = 0;       ///< sent before the last ping
    std::uint64_t proven = 0;       ///< sent before the last ping that was answered
    bool isSettled = false;         ///< nothing of before it is pending any more
  };
  Reach reach;

  /// The connection was to go on with an earlier one, and does not.
  void forgetEarlier() {
    watched.clear();
    stale.reset();
    reach = {};
    leftAt = 0;
  }

  std::unique_ptr<FloodGuard> flood;  ///< once an event came too often

  std::vector<base::ObjectId> watched;  ///< users, in order; chosen by watchPresence
  base::WallMs leftAt = 0;              ///< of its earlier connection, when it was restored
  bool isPresent = false;               ///< counted by Presence

  /// What the client does not know because it read too slowly; told when it has caught up.
  struct Stale {
    base::WallMs since = 0;
    std::unordered_set<base::ObjectId, base::ObjectIdHash> presence;  ///< of these users
    std::unordered_set<base::ObjectId, base::ObjectIdHash> receipts;  ///< of these conversations
  };
  std::unique_ptr<Stale> stale;
  void noteShed(const net::SharedFrame& frame, base::WallMs now) {
    const bool isPresence = frame.frameClass() == net::FrameClass::kPresence;
    const bool isReceipt = frame.frameClass() == net::FrameClass::kReceipt;
    if (frame.subject().isNull() || !(isPresence || isReceipt)) return;
    if (stale == nullptr) stale = std::make_unique<Stale>(Stale{now - kFrameAge, {}, {}});
    auto& subjects = isPresence ? stale->presence : stale->receipts;
    if (subjects.size() < kMaxStale) subjects.insert(frame.subject());
  }
  void notePresence(const base::ObjectId& of, base::WallMs since) {
    if (stale == nullptr) stale = std::make_unique<Stale>(Stale{since, {}, {}});
    if (stale->presence.size() < kMaxStale) stale->presence.insert(of);
  }
  /// More than a socket watches, so that no presence is ever left out.
  static constexpr std::size_t kMaxStale = 2'000;
  /// A frame that is shed may have waited for so long.
  static constexpr base::WallMs kFrameAge = 120'000;

 private:
  std::unique_ptr<Seldom> seldom_;
};

}  // namespace rookery::chat
