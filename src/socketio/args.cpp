#include "rookery/socketio/args.h"

#include <algorithm>

namespace rookery::socketio {
namespace {

void collectPlaceholders(const base::JsonValue& value, std::vector<std::size_t>& out) {
  if (base::JsonArray array; value.get(array) == simdjson::SUCCESS) {
    for (const base::JsonValue one : array) collectPlaceholders(one, out);
    return;
  }
  base::JsonObject object;
  if (value.get(object) != simdjson::SUCCESS) return;
  if (const std::optional<std::size_t> number = placeholderNumber(value)) {
    out.push_back(*number);
    return;
  }
  for (const auto& member : object) collectPlaceholders(member.value, out);
}

/// Whether the placeholders name all buffers in their order, so that the text may stay as it is.
bool isCanonical(std::span<const base::JsonValue> values, std::size_t attachments) {
  std::vector<std::size_t> numbers;
  for (const base::JsonValue& one : values) collectPlaceholders(one, numbers);
  if (numbers.size() != attachments) return false;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != i) return false;
  }
  return true;
}

std::size_t endOfString(std::string_view text, std::size_t quote) {
  for (std::size_t i = quote + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.size();
}

}  // namespace

std::optional<std::size_t> placeholderNumber(const base::JsonValue& value) {
  base::JsonObject object;
  if (value.get(object) != simdjson::SUCCESS) return std::nullopt;
  bool isPlaceholder = false;
  std::uint64_t number = 0;
  if (object["_placeholder"].get(isPlaceholder) != simdjson::SUCCESS || !isPlaceholder) {
    return std::nullopt;
  }
  if (object["num"].get(number) != simdjson::SUCCESS) return std::nullopt;
  return static_cast<std::size_t>(number);
}

std::string_view insideBrackets(std::string_view array) {
  const std::size_t begin = array.find('[');
  const std::size_t end = array.rfind(']');
  if (begin == std::string_view::npos || end == std::string_view::npos) return {};
  const std::string_view inside = array.substr(begin + 1, end - begin - 1);
  return inside.find_first_not_of(" \t\r\n") == std::string_view::npos ? std::string_view()
                                                                      : inside;
}

std::string_view behindFirstValue(std::string_view array) {
  const std::string_view inside = insideBrackets(array);
  const std::size_t begin = inside.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  const std::size_t end = inside[begin] == '"' ? endOfString(inside, begin) : begin;
  const std::size_t comma = inside.find(',', end);
  return comma == std::string_view::npos ? std::string_view() : inside.substr(comma + 1);
}

Args Args::received(std::string_view json, std::span<const base::JsonValue> values,
                    std::span<const std::string> attachments) {
  Args args;
  if (attachments.empty() || isCanonical(values, attachments.size())) {
    args.json_ = json;
    args.attachments_.assign(attachments.begin(), attachments.end());
    return args;
  }
  for (const base::JsonValue& one : values) args.append(one, attachments);
  return args;
}

base::JsonWriter Args::next() {
  const bool first = json_.empty() || afterKey_ || json_.back() == '[' || json_.back() == '{';
  if (!first) json_ += ',';
  afterKey_ = false;
  return base::JsonWriter(json_);
}

void Args::open(char bracket) {
  next();
  json_ += bracket;
}

void Args::appendPlaceholder(std::string_view bytes) {
  next().beginObject().key("_placeholder").boolean(true).key("num").number(
      std::uint64_t{attachments_.size()});
  json_ += '}';
  attachments_.emplace_back(bytes);
}

void Args::add(const Bytes& bytes) { appendPlaceholder(bytes.data); }

void Args::add(const Args& other) {
  if (other.isEmpty()) return;
  if (attachments_.empty() || other.attachments_.empty()) {
    next().raw(other.json_);
    attachments_.insert(attachments_.end(), other.attachments_.begin(), other.attachments_.end());
    return;
  }
  base::JsonParser parser;  // the placeholders get other numbers behind those that are there
  const auto value = parser.parse("[" + other.json_ + "]");
  base::JsonArray array;
  if (!value || value->get(array) != simdjson::SUCCESS) return;
  for (const base::JsonValue one : array) append(one, other.attachments_);
}

void Args::append(const base::JsonValue& value, std::span<const std::string> attachments) {
  if (const auto number = placeholderNumber(value)) {
    if (*number < attachments.size()) return appendPlaceholder(attachments[*number]);
  }
  base::JsonArray array;
  base::JsonObject object;
  if (value.get(array) == simdjson::SUCCESS) {
    open('[');
    for (const base::JsonValue one : array) append(one, attachments);
    close(']');
  } else if (value.get(object) == simdjson::SUCCESS) {
    open('{');
    for (const auto& member : object) {
      next().string(member.key);
      json_ += ':';
      afterKey_ = true;
      append(member.value, attachments);
    }
    close('}');
  } else {
    next().raw(simdjson::minify(value));
  }
}

}  // namespace rookery::socketio
