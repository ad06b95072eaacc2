#include "rookery/base/json.h"

namespace rookery::base {
namespace {

constexpr std::size_t kMaxDepth = 512;
/// A parser that had to grow for a large text gives its memory back.
constexpr std::size_t kKeptCapacity = 256 * 1024;

int hexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

/// The code unit of the escape `\uXXXX` at `at`; -1 when there is none.
int escapeAt(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int unit = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    const int digit = hexValue(text[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

/// Replaces escapes of lone surrogates by `\u0000`.
std::string withoutLoneSurrogates(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    if (out[i] != '\\') continue;
    const int unit = escapeAt(out, i);
    if (unit < 0xD800 || unit > 0xDFFF) {
      ++i;  // whatever is escaped is no beginning of an escape
      continue;
    }
    const int next = escapeAt(out, i + 6);
    if (unit <= 0xDBFF && next >= 0xDC00 && next <= 0xDFFF) {
      i += 11;
    } else {
      out.replace(i, 6, "\\u0000");
      i += 5;
    }
  }
  return out;
}

bool mentionsSurrogate(std::string_view text) {
  return text.find("\\ud") != std::string_view::npos || text.find("\\uD") != std::string_view::npos;
}

}  // namespace

std::optional<JsonValue> JsonParser::parse(std::string_view text) {
  if (parser_.capacity() > kKeptCapacity && text.size() < kKeptCapacity) {
    parser_ = simdjson::dom::parser();
  }
  if (parser_.max_depth() != kMaxDepth &&
      parser_.allocate(std::max<std::size_t>(text.size(), 4096), kMaxDepth) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  JsonValue value;
  const auto parseInto = [&](std::string_view json) {
    return parser_.parse(json.data(), json.size(), true).get(value) == simdjson::SUCCESS;
  };
  if (mentionsSurrogate(text)) {
    const std::string cleaned = withoutLoneSurrogates(text);
    if (parseInto(cleaned)) return value;
  } else if (parseInto(text)) {
    return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> stringMember(const JsonObject& object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

}  // namespace rookery::base
