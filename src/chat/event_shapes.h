#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "rookery/base/shape.h"

/// What events carry, for the documents that are printed from the code (events.md).
namespace rookery::chat {

struct EventShape {
  enum class Direction : std::uint8_t { kToServer, kToClient, kBoth };

  std::string_view name;
  Direction direction;
  std::string_view summary;
  std::string_view payload;  ///< a shape (base/shape.h) of the first argument
  /// A shape of `data` in the answer to a client's event. Of an event to clients `-` when it asks
  /// for an answer, else empty.
  std::string_view ack = {};
};

/// Every event, in the order of kEventNames. Thread: any.
[[nodiscard]] std::span<const EventShape> eventShapes();
/// The shapes that those lead to.
[[nodiscard]] std::span<const base::Schema> eventSchemas();

}  // namespace rookery::chat
