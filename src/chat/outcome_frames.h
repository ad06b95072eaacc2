#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "rookery/base/error.h"
#include "rookery/chat/conversation.h"
#include "rookery/chat/user.h"
#include "rookery/net/shared_frame.h"
#include "rookery/socketio/namespace.h"
#include "rookery/store/records.h"

namespace rookery::chat {

/// Since the message was received.
struct Timing {
  std::chrono::nanoseconds emit{0};
  std::chrono::nanoseconds commit{0};
};

/// All that the frames about one message's outcome are made of. Good for one call.
struct Outcome {
  const Conversation& conversation;
  const User& sender;
  const store::MessageRecord& message;
  std::uint64_t commitNo = 0;
  Timing timing;
  std::uint32_t onlineUsers = 0;
  std::uint32_t offlineUsers = 0;
};

/// `roomMessageConfirmed` or `channelMessageConfirmed`.
[[nodiscard]] net::SharedFrame confirmedEvent(socketio::Namespace& nsp, const Outcome& outcome);
/// The sender's ack: the confirmed message with `timing` and `delivery` beside it.
[[nodiscard]] net::SharedFrame confirmedAck(std::string_view nsp, std::uint64_t ackId,
                                            const Outcome& outcome);
/// `roomMessageFailed` or `channelMessageFailed`.
[[nodiscard]] net::SharedFrame failedEvent(socketio::Namespace& nsp, const Outcome& outcome,
                                           const base::Error& error, bool retryable);
/// The sender's ack of a failure after acceptance.
[[nodiscard]] net::SharedFrame failedAck(std::string_view nsp, std::uint64_t ackId,
                                         const base::Error& error, bool retryable);

}  // namespace rookery::chat
