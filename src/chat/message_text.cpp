#include "rookery/chat/message_text.h"

#include "rookery/base/json.h"

namespace rookery::chat {
namespace {

void appendReadable(std::string& text, std::string_view from) {
  for (const char one : from) {
    const bool isControl = static_cast<unsigned char>(one) < ' ' || one == '\x7f';
    text += isControl ? ' ' : one;
  }
}

bool appendDelta(std::string& text, std::string_view body) {
  thread_local base::JsonParser parser;
  const auto value = parser.parse(body);
  base::JsonObject delta;
  base::JsonArray ops;
  if (!value || value->get(delta) != simdjson::SUCCESS ||
      delta["ops"].get(ops) != simdjson::SUCCESS) {
    return false;
  }
  for (const base::JsonValue op : ops) {
    base::JsonObject object;
    if (op.get(object) != simdjson::SUCCESS) continue;
    if (const auto inserted = base::stringMember(object, "insert")) appendReadable(text, *inserted);
  }
  return true;
}

}  // namespace

std::string readableText(std::string_view body) {
  std::string text;
  if (!body.starts_with('{') || !appendDelta(text, body)) appendReadable(text, body);
  const std::size_t end = text.find_last_not_of(' ');
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

}  // namespace rookery::chat
