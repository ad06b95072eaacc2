#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rookery::witness {

/// What a client does beside writing: an event, for a place or a message, and who may send it.
struct Question {
  enum class Rule : std::uint8_t {
    kAnybody,
    kTakesPart,
    kSender,    ///< of the message, when he still takes part
    kFiltered,  ///< everybody is answered, strangers without messages
    kOwn,       ///< everybody is answered, with messages of places where he takes part alone
    kShares,    ///< a conversation with the user whom it is about
  };
  /// `place` is `"roomId":"…"` or `"channelId":"…"`, `message` an id, `self` the asker,
  /// `user` one of the world.
  struct About {
    std::string_view place;
    std::string_view conversation;
    std::string_view message;
    std::string_view self;
    std::string_view user;
  };

  std::string_view event;
  Rule rule;
  bool isOfMessage;  ///< needs one
  std::string (*payload)(const About& about);
};

[[nodiscard]] std::span<const Question> questions();

}  // namespace rookery::witness
