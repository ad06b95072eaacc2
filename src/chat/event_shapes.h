#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "rookery/base/shape.h"
#include "rookery/chat/options.h"

/// What events carry and who may send them: the dispatcher checks payloads from it, and the
/// documents are printed from it (events.md).
namespace rookery::chat {

/// Who may send an event; everybody else is answered FORBIDDEN.
enum class Permission : std::uint8_t {
  kSignedIn,       ///< every user
  kTakesPart,      ///< a participant of the room, a member of the channel's workspace
  kSender,         ///< who takes part, and wrote the message
  kSenderOrAdmin,  ///< the same, or an admin of the channel's workspace
  kShares,         ///< who shares a room or a workspace with the other
  kInCall,         ///< either side of a call that was begun
};

/// What the dispatcher does before a handler sees an event.
struct EventRules {
  /// What an event that is no object is told to have (events.md: some texts are fixed).
  std::string_view expects;
  Permission permission = Permission::kSignedIn;
  RateClass rateClass = RateClass::kOther;
};

struct EventShape {
  enum class Direction : std::uint8_t { kToServer, kToClient, kBoth };

  std::string_view name;
  Direction direction;
  std::string_view summary;
  std::string_view payload;  ///< a shape (base/shape.h) of the first argument
  /// A shape of `data` in the answer to a client's event. Of an event to clients `-` when it asks
  /// for an answer, `-?` when it asks those who connected with `auth.ackMessages`, else empty.
  std::string_view ack = {};
  EventRules rules = {};  ///< of an event to the server
};

/// Every event, in the order of kEventNames. Thread: any.
[[nodiscard]] std::span<const EventShape> eventShapes();
/// One of them; null when there is none. Thread: any.
[[nodiscard]] const EventShape* findEventShape(std::string_view name);
/// The shapes that those lead to.
[[nodiscard]] std::span<const base::Schema> eventSchemas();

}  // namespace rookery::chat
