#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "rookery/base/error.h"
#include "rookery/base/json.h"
#include "rookery/base/object_id.h"

/// Reads members of a payload whose shape was checked (base/shape_check.h): `null` and the empty
/// text are absent, and a member that is there has the type which it is read as. Thread: any.
namespace rookery::chat {

/// Empty when it is absent.
[[nodiscard]] std::string_view textField(const base::JsonObject& object, std::string_view field);
[[nodiscard]] std::optional<base::ObjectId> idField(const base::JsonObject& object,
                                                    std::string_view field);
[[nodiscard]] std::optional<std::uint64_t> numberField(const base::JsonObject& object,
                                                       std::string_view field);
/// Of a member that must be there.
[[nodiscard]] base::ObjectId requiredId(const base::JsonObject& object, std::string_view field);
[[nodiscard]] bool flagField(const base::JsonObject& object, std::string_view field);
[[nodiscard]] std::optional<base::JsonObject> objectField(const base::JsonObject& object,
                                                          std::string_view field);
[[nodiscard]] std::vector<base::ObjectId> idsField(const base::JsonObject& object,
                                                   std::string_view field);

/// What a message says, in `body`: kTooLarge when it is longer than `maxBytes`.
[[nodiscard]] base::Result<std::string_view> bodyField(const base::JsonObject& object,
                                                       std::size_t maxBytes);

/// The member as it is, of any type; nothing when absent or null.
[[nodiscard]] std::optional<base::JsonValue> optionalValue(const base::JsonObject& object,
                                                           std::string_view field);

}  // namespace rookery::chat
