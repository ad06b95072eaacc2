#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

namespace rookery::base {

using JsonValue = simdjson::dom::element;
using JsonArray = simdjson::dom::array;
using JsonObject = simdjson::dom::object;

/// Parses JSON (RFC 8259) onto a tape that is used again, so that nothing is allocated at rest.
/// The whole text is validated, UTF-8 included: what a handler does not look at is no rubbish
/// either (docs/decisions/0005).
/// Thread: one at a time; a value is good until the next parse().
class JsonParser {
 public:
  /// Nothing when `text` is no JSON or nested deeper than 512 levels. Lone surrogates, which
  /// JavaScript may send but UTF-8 cannot hold, are read as NUL, so that whoever refuses NUL in a
  /// text refuses them, too.
  [[nodiscard]] std::optional<JsonValue> parse(std::string_view text);

 private:
  simdjson::dom::parser parser_;
};

/// The member's text; nothing when it is absent or no string.
[[nodiscard]] std::optional<std::string_view> stringMember(const JsonObject& object,
                                                           std::string_view name);

}  // namespace rookery::base
