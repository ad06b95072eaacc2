#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace rookery::chat {

/// What a message calls an uploaded file (events.md, rooms):
/// `<filename with white space as _>-<timeStamp>-<configured key>`. Thread: any.
[[nodiscard]] inline std::string imageKey(std::string_view fileName, std::string_view timeStamp,
                                          std::string_view suffix) {
  std::string key(fileName);
  std::replace_if(
      key.begin(), key.end(), [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }, '_');
  return key.append("-").append(timeStamp).append("-").append(suffix);
}

}  // namespace rookery::chat
