#pragma once

#include <string_view>

#include "rookery/base/json_writer.h"

namespace rookery::base {

/// Writes JSON Schema (2020-12) for an object whose members are put down like this:
///
///     _id:Id username(3..64) status=unread/read image:Text! members:{user:Person}[]
///     replyCount?:Number
///
/// A name, `?` behind it when it may be absent, then its type: `Text` unless stated, `Number`,
/// `Flag`, `Any`, an object in braces, one of several words behind `=`, or the name of another
/// schema, to which `#/components/schemas/` leads. `[]` makes a list of it, `!` lets it be null;
/// `(min..max)` are the characters of a text, or the items of a list.
/// `isOpen`: further members are allowed. Thread: any. Shapes are literals of the program: what
/// cannot be read ends it.
void writeShape(JsonWriter& json, std::string_view shape, bool isOpen);

}  // namespace rookery::base
