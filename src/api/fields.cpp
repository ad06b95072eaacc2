#include "rookery/api/fields.h"

#include <algorithm>

#include "rookery/net/ascii.h"

namespace rookery::api {
namespace {

constexpr std::uint32_t kMaxPage = 10'000'000;
constexpr std::uint32_t kMaxLimit = 100;

bool isWhiteSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view withoutOuterSpace(std::string_view text) {
  while (!text.empty() && isWhiteSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && isWhiteSpace(text.back())) text.remove_suffix(1);
  return text;
}

/// Of valid UTF-8: all bytes but those that continue a character.
std::size_t countCharacters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<std::uint8_t>(c) & 0xc0) != 0x80;
  }));
}

bool isJson(std::string_view contentType) {
  return net::equalsIgnoringCase(net::trim(net::takeUntil(contentType, ';')), "application/json");
}

bool isGiven(const net::HttpHead& head, std::string_view name) {
  std::string_view rest = head.query();
  while (!rest.empty()) {
    std::string_view one = net::takeUntil(rest, '&');
    if (net::takeUntil(one, '=') == name) return true;
  }
  return false;
}

}  // namespace

Answered<base::JsonObject> jsonBody(const net::HttpHead& head, std::string_view body) {
  if (body.empty()) {
    body = "{}";
  } else if (!isJson(head.header("content-type"))) {
    return refuse(415, "The body must be sent as application/json");
  }
  // One tape for each thread that reads bodies: a loop or a reader of the store.
  thread_local base::JsonParser parser;
  const std::optional<base::JsonValue> value = parser.parse(body);
  base::JsonObject object;
  if (!value || value->get(object) != simdjson::SUCCESS) {
    return refuse(validationError({"the body must be a JSON object"}));
  }
  return object;
}

void Fields::explain(std::string_view name, std::string explanation) {
  const bool isKnown = std::any_of(explanations_.begin(), explanations_.end(),
                                   [name](const Explanation& one) { return one.name == name; });
  if (!isKnown) explanations_.push_back({std::string(name), std::move(explanation)});
}

std::optional<std::string_view> Fields::find(std::string_view name, bool required) {
  base::JsonValue value;
  const bool isThere = object_[name].get(value) == simdjson::SUCCESS && !value.is_null();
  if (!isThere) {
    if (required) explain(name, std::string(name) + " is required");
    return std::nullopt;
  }
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) {
    explain(name, std::string(name) + " must be a text");
    return std::nullopt;
  }
  if (text.find('\0') != std::string_view::npos) {
    explain(name, std::string(name) + " has characters that cannot be stored");
    return std::nullopt;
  }
  return text;
}

void Fields::checkLength(std::string_view name, std::string_view value, Length length) {
  const std::size_t characters = countCharacters(value);
  if (characters == 0 && length.min > 0) {
    explain(name, std::string(name) + " is required");
  } else if (characters < length.min) {
    explain(name, std::string(name) + " must have at least " + std::to_string(length.min) +
                      " characters");
  } else if (characters > length.max) {
    explain(name,
            std::string(name) + " must have at most " + std::to_string(length.max) + " characters");
  }
}

std::string Fields::text(std::string_view name, Length length) {
  const std::optional<std::string_view> value = find(name, true);
  if (!value) return {};
  checkLength(name, *value, length);
  return std::string(*value);
}

std::string Fields::trimmed(std::string_view name, Length length) {
  const std::optional<std::string_view> value = find(name, true);
  if (!value) return {};
  const std::string_view inner = withoutOuterSpace(*value);
  checkLength(name, inner, length);
  return std::string(inner);
}

std::optional<std::string> Fields::optionalTrimmed(std::string_view name, Length length) {
  if (!find(name, false)) return std::nullopt;
  return trimmed(name, length);
}

std::optional<std::string> Fields::optionalText(std::string_view name, std::size_t max) {
  const std::optional<std::string_view> value = find(name, false);
  if (!value) return std::nullopt;
  checkLength(name, *value, {.min = 0, .max = max});
  return std::string(*value);
}

std::optional<Failure> Fields::failure() const {
  if (explanations_.empty()) return std::nullopt;
  std::vector<std::string> texts;
  texts.reserve(explanations_.size());
  for (const Explanation& one : explanations_) texts.push_back(one.text);
  return validationError(std::move(texts));
}

Failure validationError(std::vector<std::string> explanations) {
  std::string message = "Validation error : ";
  for (const std::string& explanation : explanations) {
    if (&explanation != &explanations.front()) message += ", ";
    message += explanation;
  }
  return {.status = 400, .message = std::move(message), .explanations = std::move(explanations)};
}

Answered<std::uint64_t> numberOf(const net::HttpHead& head, std::string_view name,
                                 std::uint64_t fallback, std::uint64_t min, std::uint64_t max) {
  if (!isGiven(head, name)) return fallback;
  const std::string given = head.parameter(name).value_or("");  // broken escapes: no number
  std::string_view digits = given;
  const bool isNegative = digits.starts_with('-');
  if (isNegative) digits.remove_prefix(1);
  const bool isNumber = !digits.empty() && std::all_of(digits.begin(), digits.end(),
                                                       [](char c) { return c >= '0' && c <= '9'; });
  if (!isNumber) return refuse(validationError({std::string(name) + " must be a whole number"}));
  if (isNegative) return min;
  std::uint64_t value = 0;
  for (const char digit : digits) {
    // Cut as it grows: any number of digits is a number.
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    if (value >= max) return max;
  }
  return std::max(value, min);
}

Answered<Page> pageOf(const net::HttpHead& head) {
  const auto page = numberOf(head, "page", 1, 1, kMaxPage);
  if (!page) return tl::unexpected(page.error());
  const auto limit = numberOf(head, "limit", 20, 1, kMaxLimit);
  if (!limit) return tl::unexpected(limit.error());
  return Page{.page = static_cast<std::uint32_t>(*page),
              .limit = static_cast<std::uint32_t>(*limit)};
}

}  // namespace rookery::api
