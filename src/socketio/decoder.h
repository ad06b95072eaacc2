#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/json.h"
#include "rookery/socketio/args.h"

/// Arguments of events as C++ types: texts, numbers, booleans, buffers, vectors, maps, optionals,
/// and types of one's own, for which Decoder is specialised.

namespace rookery::socketio {

/// How a T is read from an argument. A specialisation has `kName`, which an error calls it by
/// ("a point"), and `static std::optional<T> decode(const Arg&)`, nothing when it is none.
template <typename T>
struct Decoder;

/// A value that a peer sent: an argument, or a part of one. Good as long as its event.
/// Thread: the event's.
class Arg {
 public:
  /// What is not there.
  Arg() = default;
  Arg(base::JsonValue value, std::span<const std::string> attachments)
      : value_(value), attachments_(attachments) {}

  template <typename T>
  [[nodiscard]] std::optional<T> as() const {
    return Decoder<T>::decode(*this);
  }
  /// The member of an object; what is not there when this is none.
  [[nodiscard]] Arg member(std::string_view name) const;
  template <typename T>
  [[nodiscard]] std::optional<T> member(std::string_view name) const {
    return member(name).as<T>();
  }
  /// The buffer that a placeholder stands for.
  [[nodiscard]] std::optional<std::string_view> bytes() const;
  /// Absent, or null.
  [[nodiscard]] bool isNull() const { return !value_ || value_->is_null(); }
  [[nodiscard]] const std::optional<base::JsonValue>& value() const { return value_; }
  [[nodiscard]] std::span<const std::string> attachments() const { return attachments_; }

 private:
  std::optional<base::JsonValue> value_;
  std::span<const std::string> attachments_;
};

template <>
struct Decoder<Arg> {
  static constexpr std::string_view kName = "a value";
  static std::optional<Arg> decode(const Arg& arg) { return arg; }
};

/// Good as long as the event.
template <>
struct Decoder<std::string_view> {
  static constexpr std::string_view kName = "a text";
  static std::optional<std::string_view> decode(const Arg& arg);
};

template <>
struct Decoder<std::string> {
  static constexpr std::string_view kName = "a text";
  static std::optional<std::string> decode(const Arg& arg);
};

template <>
struct Decoder<bool> {
  static constexpr std::string_view kName = "true or false";
  static std::optional<bool> decode(const Arg& arg);
};

template <>
struct Decoder<double> {
  static constexpr std::string_view kName = "a number";
  static std::optional<double> decode(const Arg& arg);
};

/// Only numbers that the type can hold; 2.0 is an integer, as it is in JavaScript.
template <std::integral T>
struct Decoder<T> {
  static constexpr std::string_view kName = "an integer in range";
  static std::optional<T> decode(const Arg& arg) {
    if (!arg.value()) return std::nullopt;
    std::int64_t number = 0;
    std::uint64_t large = 0;
    double real = 0;
    if (arg.value()->get(number) == simdjson::SUCCESS) return fitting(number);
    if (arg.value()->get(large) == simdjson::SUCCESS) return fitting(large);
    // Above 2^53 a double names no one integer.
    constexpr double kExact = 9007199254740992.0;
    if (arg.value()->get(real) != simdjson::SUCCESS || real < -kExact || real > kExact) {
      return std::nullopt;
    }
    const auto whole = static_cast<std::int64_t>(real);
    return static_cast<double>(whole) == real ? fitting(whole) : std::nullopt;
  }

 private:
  template <typename Number>
  static std::optional<T> fitting(Number number) {
    if (!std::in_range<T>(number)) return std::nullopt;
    return static_cast<T>(number);
  }
};

/// Any value, as text; buffers in it stay placeholders.
template <>
struct Decoder<Json> {
  static constexpr std::string_view kName = "a value";
  static std::optional<Json> decode(const Arg& arg);
};

template <>
struct Decoder<Bytes> {
  static constexpr std::string_view kName = "a buffer";
  static std::optional<Bytes> decode(const Arg& arg);
};

/// Empty when the value is absent or null.
template <typename T>
struct Decoder<std::optional<T>> {
  static constexpr std::string_view kName = Decoder<T>::kName;
  static std::optional<std::optional<T>> decode(const Arg& arg) {
    if (arg.isNull()) return std::optional<T>();
    std::optional<T> value = arg.as<T>();
    if (!value) return std::nullopt;
    return value;
  }
};

template <typename T>
struct Decoder<std::vector<T>> {
  static constexpr std::string_view kName = "an array";
  static std::optional<std::vector<T>> decode(const Arg& arg) {
    base::JsonArray array;
    if (!arg.value() || arg.value()->get(array) != simdjson::SUCCESS) return std::nullopt;
    std::vector<T> values;
    for (const base::JsonValue one : array) {
      std::optional<T> value = Arg(one, arg.attachments()).as<T>();
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
    }
    return values;
  }
};

template <typename T>
struct Decoder<std::map<std::string, T>> {
  static constexpr std::string_view kName = "an object";
  static std::optional<std::map<std::string, T>> decode(const Arg& arg) {
    base::JsonObject object;
    if (!arg.value() || arg.value()->get(object) != simdjson::SUCCESS) return std::nullopt;
    std::map<std::string, T> members;
    for (const auto& [name, one] : object) {
      std::optional<T> value = Arg(one, arg.attachments()).as<T>();
      if (!value) return std::nullopt;
      members.insert_or_assign(std::string(name), std::move(*value));
    }
    return members;
  }
};

}  // namespace rookery::socketio
