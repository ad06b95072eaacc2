#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/error.h"
#include "rookery/base/json.h"
#include "rookery/base/object_id.h"

/// Reads the fields of an event's payload. `null` and, where said, the empty string count as
/// absent (events.md, what deployed web clients rely on). Every failure is kInvalidPayload and
/// names the field.
namespace rookery::chat {

/// A text of at most `maxBytes` bytes without NUL; nothing when it is absent, null or empty.
[[nodiscard]] base::Result<std::optional<std::string_view>> optionalText(
    const base::JsonObject& object, std::string_view field, std::size_t maxBytes);

/// A text that must be there; longer than `maxBytes`: kTooLarge.
[[nodiscard]] base::Result<std::string_view> requiredText(const base::JsonObject& object,
                                                          std::string_view field,
                                                          std::size_t maxBytes);

/// 24 hex digits; nothing when absent, null or empty.
[[nodiscard]] base::Result<std::optional<base::ObjectId>> optionalId(const base::JsonObject& object,
                                                                     std::string_view field);
/// "<field> is required" when it is absent, "<field> is not a valid id" when it has another shape.
[[nodiscard]] base::Result<base::ObjectId> requiredId(const base::JsonObject& object,
                                                      std::string_view field);

/// An array of at most `most` ids; may be empty.
[[nodiscard]] base::Result<std::vector<base::ObjectId>> requiredIds(const base::JsonObject& object,
                                                                    std::string_view field,
                                                                    std::size_t most);

/// The member as it is; nothing when absent or null.
[[nodiscard]] std::optional<base::JsonValue> optionalValue(const base::JsonObject& object,
                                                           std::string_view field);

}  // namespace rookery::chat
