#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rookery/base/json_writer.h"

namespace rookery::base {

/// A member of an object, as a shape puts it down:
///
///     _id:Id username(3..64) status=unread/read image:Text! members:{user:Person}[]
///     replyCount?:Number
///
/// A name, `?` behind it when it may be absent, then its type: `Text` unless stated, `Number`,
/// `Flag`, `Any`, an object in braces, one of several words behind `=`, or the name of a schema
/// that has one. `[]` makes a list of it, `!` lets it be null; `(min..max)` are the characters of
/// a text, or the items of a list.
struct ShapeMember {
  enum class Form : std::uint8_t { kNamed, kObject, kChoice };

  std::string_view name;
  bool isOptional = false;
  Form form = Form::kNamed;
  std::string_view type = "Text";            ///< of kNamed
  std::vector<ShapeMember> members = {};     ///< of kObject
  std::vector<std::string_view> words = {};  ///< of kChoice
  bool isList = false;
  bool mayBeNull = false;
  std::optional<std::uint64_t> min = {};
  std::optional<std::uint64_t> max = {};
};

/// Reads a shape. Thread: any. Shapes are literals of the program: what cannot be read ends it.
[[nodiscard]] std::vector<ShapeMember> readShape(std::string_view shape);

/// Writes JSON Schema (2020-12) for an object of that shape; the names of schemas lead to
/// `#/components/schemas/`. `isOpen`: further members are allowed. Thread: any.
void writeShape(JsonWriter& json, std::string_view shape, bool isOpen);

/// A shape with a name, to which others lead.
struct Schema {
  enum class Form : std::uint8_t {
    kExact,  ///< exactly these members
    kOpen,   ///< unknown members are ignored
    kJson,   ///< JSON Schema 2020-12 itself
  };
  std::string_view name;
  Form form;
  std::string_view text;
};
/// Thread: any.
void writeSchema(JsonWriter& json, const Schema& schema);

/// What all contracts share.
inline constexpr Schema kIdSchema{"Id", Schema::Form::kJson,
                                  R"({"type":"string","pattern":"^[0-9a-f]{24}$"})"};
inline constexpr Schema kGivenIdSchema{"GivenId", Schema::Form::kJson,
                                       R"({"type":"string","pattern":"^([0-9a-f]{24})?$"})"};
inline constexpr Schema kTimeSchema{
    "Time", Schema::Form::kJson,
    R"({"type":"string","pattern":"^\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{3}Z$"})"};
inline constexpr Schema kPersonSchema{"Person", Schema::Form::kExact,
                                      "_id:Id username email avatar:Url"};
inline constexpr Schema kUrlSchema{"Url", Schema::Form::kJson,
                                   R"({"type":"string","pattern":"^https?://"})"};

}  // namespace rookery::base
