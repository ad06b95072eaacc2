#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rookery/base/clock.h"
#include "rookery/base/object_id.h"

namespace rookery::base {

/// Appends `text` as a JSON string with its quotes (RFC 8259 §7). `text` is UTF-8. Control
/// characters are escaped, so that Engine.IO's separator 0x1e never stands in a payload.
void appendJsonString(std::string& out, std::string_view text);

/// Writes compact JSON straight into a string: for the hot path, where a document tree costs five
/// times as much. The caller keeps the grammar; commas are put by the writer.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& beginObject() { return open('{'); }
  JsonWriter& endObject() { return close('}'); }
  JsonWriter& beginArray() { return open('['); }
  JsonWriter& endArray() { return close(']'); }
  /// `name` is a literal of ours: it is not escaped.
  JsonWriter& key(std::string_view name) {
    comma();
    out_.append(1, '"').append(name).append("\":", 2);
    first_ = true;
    return *this;
  }
  /// A key that is not ours.
  JsonWriter& name(std::string_view text) {
    string(text);
    out_ += ':';
    first_ = true;
    return *this;
  }
  JsonWriter& string(std::string_view text) {
    comma();
    appendJsonString(out_, text);
    return *this;
  }
  JsonWriter& number(std::int64_t value);
  JsonWriter& number(std::uint64_t value);
  /// What JSON has no number for (infinities, NaN) becomes null.
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  JsonWriter& id(const ObjectId& id);
  JsonWriter& time(WallMs ms);
  /// `json` is one complete value.
  JsonWriter& raw(std::string_view json) {
    comma();
    out_.append(json);
    return *this;
  }

  [[nodiscard]] std::string& out() { return out_; }

 private:
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  JsonWriter& open(char bracket) {
    comma();
    out_ += bracket;
    first_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_ += bracket;
    first_ = false;
    return *this;
  }

  std::string& out_;
  bool first_ = true;
};

}  // namespace rookery::base
