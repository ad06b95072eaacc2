#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "rookery/base/token_bucket.h"

namespace rookery::chat {

/// Which bucket of the user an event is taken from (events.md, rate limits).
enum class RateClass : std::uint8_t {
  kMessages,
  kTypingEvents,
  kJoins,
  kCalls,
  kUploads,
  kOther,
  kCount,
};
inline constexpr std::size_t kRateClasses = static_cast<std::size_t>(RateClass::kCount);

/// The chat's settings; cli.md has the defaults of the limits.
struct Options {
  std::array<base::RateLimit, kRateClasses> rates = {
      base::RateLimit{50, 500}, {5, 20}, {20, 200}, {20, 200}, {50, 100}, {50, 300}};
  std::size_t bodyBytes = 65'536;
  std::size_t waitingPerConversation = 256;  ///< messages that wait for a read, then kOverloaded
  std::size_t conversations = 100'000;       ///< in memory; beyond it idle ones are dropped
  std::chrono::milliseconds grace{120'000};  ///< how long a user who left is still known
  std::chrono::milliseconds presenceGrace{5'000};    ///< without a socket, before offline is told
  std::chrono::milliseconds typingFor{6'000};        ///< then it ends by itself
  std::chrono::milliseconds typingRepeat{2'000};     ///< what repeats sooner is not told
  std::chrono::milliseconds expiryWarning{60'000};   ///< before a token expires
  std::chrono::milliseconds expiryGrace{30'000};     ///< after it, then the socket is ended
  std::chrono::milliseconds keepSocketsFor{0};       ///< in the store, to be recovered; 0: not
  bool search = true;                                ///< committed messages are indexed
  std::chrono::milliseconds searchLag{250};          ///< between two passes of the index
  std::string imageKeySuffix = "rookery";            ///< the last part of a message's imageKey
  std::string publicUrl;                             ///< in front of avatars that this server keeps
  std::chrono::milliseconds retryAfterLeast{1'000};  ///< of serverDraining
  std::chrono::milliseconds retryAfterMost{5'000};
};

}  // namespace rookery::chat
