#pragma once

#include <string>
#include <string_view>

namespace rookery::chat {

/// What a person reads in a body: the text inside a Quill delta (`{"ops":[{"insert":…}]}`,
/// events.md, what deployed web clients rely on), else the body itself; without control characters.
/// Thread: any.
[[nodiscard]] std::string readableText(std::string_view body);

}  // namespace rookery::chat
