#include "rookery/socketio/decoder.h"

namespace rookery::socketio {
namespace {

template <typename T>
std::optional<T> plain(const Arg& arg) {
  T value{};
  if (!arg.value() || arg.value()->get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

}  // namespace

Arg Arg::member(std::string_view name) const {
  base::JsonObject object;
  base::JsonValue found;
  if (!value_ || value_->get(object) != simdjson::SUCCESS) return {};
  if (object[name].get(found) != simdjson::SUCCESS) return {};
  return {found, attachments_};
}

std::optional<std::string_view> Arg::bytes() const {
  if (!value_ || attachments_.empty()) return std::nullopt;
  const std::optional<std::size_t> number = placeholderNumber(*value_);
  if (!number || *number >= attachments_.size()) return std::nullopt;
  return attachments_[*number];
}

std::optional<std::string_view> Decoder<std::string_view>::decode(const Arg& arg) {
  return plain<std::string_view>(arg);
}

std::optional<std::string> Decoder<std::string>::decode(const Arg& arg) {
  const auto text = plain<std::string_view>(arg);
  if (!text) return std::nullopt;
  return std::string(*text);
}

std::optional<bool> Decoder<bool>::decode(const Arg& arg) { return plain<bool>(arg); }

std::optional<double> Decoder<double>::decode(const Arg& arg) { return plain<double>(arg); }

std::optional<Json> Decoder<Json>::decode(const Arg& arg) {
  if (!arg.value()) return std::nullopt;
  return Json{simdjson::minify(*arg.value())};
}

std::optional<Bytes> Decoder<Bytes>::decode(const Arg& arg) {
  const auto bytes = arg.bytes();
  if (!bytes) return std::nullopt;
  return Bytes{std::string(*bytes)};
}

}  // namespace rookery::socketio
