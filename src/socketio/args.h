#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/json.h"
#include "rookery/base/json_writer.h"

namespace rookery::socketio {

/// A byte buffer among an event's arguments.
struct Bytes {
  std::string data;
};

/// One JSON value, as text.
struct Json {
  std::string text;
};

/// The arguments of an event or of an answer: JSON values joined by commas, and the byte buffers
/// that placeholders in them name, each named once and in order.
/// Thread: one at a time.
class Args {
 public:
  Args() = default;
  template <typename... T>
  [[nodiscard]] static Args of(const T&... values) {
    Args args;
    (args.add(values), ...);
    return args;
  }
  /// What a peer sent: `values` are parsed from `json`, the values joined by commas. A buffer that
  /// several placeholders name is doubled, one that none names is left out (protocol.md 3.2).
  [[nodiscard]] static Args received(std::string_view json,
                                     std::span<const base::JsonValue> values,
                                     std::span<const std::string> attachments);

  void add(std::string_view text) { next().string(text); }
  void add(const char* text) { add(std::string_view(text)); }
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(std::nullptr_t) { next().null(); }
  void add(const Json& json) { next().raw(json.text); }
  void add(const Bytes& bytes);
  /// All values of `other`, one after the other.
  void add(const Args& other);
  template <typename T>
    requires std::integral<T> || std::floating_point<T>
  void add(T value) {
    if constexpr (std::same_as<T, bool>) {
      next().boolean(value);
    } else if constexpr (std::floating_point<T>) {
      next().number(static_cast<double>(value));
    } else if constexpr (std::unsigned_integral<T>) {
      next().number(static_cast<std::uint64_t>(value));
    } else {
      next().number(static_cast<std::int64_t>(value));
    }
  }
  template <typename T>
  void add(const std::optional<T>& value) {
    value.has_value() ? add(*value) : add(nullptr);
  }
  template <typename T>
  void add(const std::vector<T>& values) {
    open('[');
    for (const T& one : values) add(one);
    close(']');
  }
  template <typename T>
  void add(const std::map<std::string, T>& members) {
    open('{');
    for (const auto& [name, value] : members) {
      next().string(name);
      json_ += ':';
      afterKey_ = true;
      add(value);
    }
    close('}');
  }

  [[nodiscard]] bool isEmpty() const { return json_.empty(); }
  [[nodiscard]] const std::string& json() const { return json_; }
  [[nodiscard]] const std::vector<std::string>& attachments() const { return attachments_; }

 private:
  /// Writes one value behind those that are there.
  base::JsonWriter next();
  void open(char bracket);
  void close(char bracket) { json_ += bracket; }
  void append(const base::JsonValue& value, std::span<const std::string> attachments);
  void appendPlaceholder(std::string_view bytes);

  std::string json_;
  std::vector<std::string> attachments_;
  bool afterKey_ = false;
};

/// What stands behind the first value of the text of a JSON array, which is known to be one.
[[nodiscard]] std::string_view behindFirstValue(std::string_view array);
/// What stands between the brackets of the text of a JSON array.
[[nodiscard]] std::string_view insideBrackets(std::string_view array);
/// The buffer that `value` is the placeholder of; nothing when it is none.
[[nodiscard]] std::optional<std::size_t> placeholderNumber(const base::JsonValue& value);

}  // namespace rookery::socketio
