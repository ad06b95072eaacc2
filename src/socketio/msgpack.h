#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/json.h"

/// MessagePack (github.com/msgpack/msgpack/blob/master/spec.md) to and from JSON as the rest of
/// this layer has it: byte buffers lie beside it and placeholders stand for them.
/// Thread: one at a time.

namespace rookery::socketio::msgpack {

/// Takes values off the front of what a peer sent. Every function returns nothing (or false) when
/// the bytes are no such value or end in its midst; the reader is of no use then.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] std::optional<std::string_view> string();
  [[nodiscard]] std::optional<std::uint64_t> unsignedInteger();
  /// How many keys with their values follow.
  [[nodiscard]] std::optional<std::size_t> map();
  /// Appends the next value, whatever it is: buffers go to `buffers`, at most `maxBuffers` of them
  /// in all, NaN and undefined become null, times the text that Date.toJSON() gives. Nested no
  /// deeper than 512 levels. Texts are not looked at: whether they are UTF-8 tells who parses it.
  [[nodiscard]] bool appendJson(std::string& json, std::vector<std::string>& buffers,
                                std::size_t maxBuffers);
  [[nodiscard]] bool isAtEnd() const { return rest_.empty(); }

 private:
  struct Sink;
  [[nodiscard]] bool append(Sink& sink, int depth);
  [[nodiscard]] bool appendArray(Sink& sink, std::size_t count, int depth);
  [[nodiscard]] bool appendMap(Sink& sink, std::size_t count, int depth);
  [[nodiscard]] bool appendKey(Sink& sink);
  [[nodiscard]] bool appendBuffer(Sink& sink, std::size_t bytes);
  [[nodiscard]] bool appendExtension(Sink& sink, std::size_t bytes);
  [[nodiscard]] bool appendScalar(Sink& sink, std::uint8_t head);
  [[nodiscard]] std::optional<std::string_view> take(std::size_t bytes);
  /// A number of that many bytes, the highest first.
  [[nodiscard]] std::optional<std::uint64_t> big(std::size_t bytes);

  std::string_view rest_;
};

void appendString(std::string& out, std::string_view text);
void appendUnsigned(std::string& out, std::uint64_t value);
void appendMapHead(std::string& out, std::size_t count);
/// Any JSON value; a placeholder becomes the buffer that it names.
void appendValue(std::string& out, const base::JsonValue& value,
                 const std::vector<std::string_view>& buffers);

}  // namespace rookery::socketio::msgpack
