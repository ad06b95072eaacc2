#include <bit>

#include "rookery/base/iso_time.h"
#include "rookery/base/json_writer.h"
#include "rookery/socketio/msgpack.h"

namespace rookery::socketio::msgpack {
namespace {

constexpr int kMaxDepth = 512;

double asFloat(std::uint64_t bits) {
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
}

/// The number of `bytes` bytes with a sign.
std::int64_t withSign(std::uint64_t bits, std::size_t bytes) {
  const auto shift = static_cast<int>(64 - 8 * bytes);
  return static_cast<std::int64_t>(bits << shift) >> shift;
}

}  // namespace

struct Reader::Sink {
  base::JsonWriter json;
  std::vector<std::string>& buffers;
  const std::size_t maxBuffers;
};

std::optional<std::string_view> Reader::take(std::size_t bytes) {
  if (rest_.size() < bytes) return std::nullopt;
  const std::string_view taken = rest_.substr(0, bytes);
  rest_.remove_prefix(bytes);
  return taken;
}

std::optional<std::uint64_t> Reader::big(std::size_t bytes) {
  const auto taken = take(bytes);
  if (!taken) return std::nullopt;
  std::uint64_t value = 0;
  for (const char one : *taken) value = value << 8 | static_cast<std::uint8_t>(one);
  return value;
}

std::optional<std::string_view> Reader::string() {
  const auto head = big(1);
  if (!head) return std::nullopt;
  if (*head >= 0xa0 && *head <= 0xbf) return take(*head & 0x1f);
  if (*head < 0xd9 || *head > 0xdb) return std::nullopt;
  const auto size = big(std::size_t{1} << (*head - 0xd9));
  return size ? take(*size) : std::nullopt;
}

std::optional<std::uint64_t> Reader::unsignedInteger() {
  const auto head = big(1);
  if (!head) return std::nullopt;
  if (*head <= 0x7f) return head;
  if (*head < 0xcc || *head > 0xcf) return std::nullopt;
  return big(std::size_t{1} << (*head - 0xcc));
}

std::optional<std::size_t> Reader::map() {
  const auto head = big(1);
  if (!head) return std::nullopt;
  if (*head >= 0x80 && *head <= 0x8f) return *head & 0x0f;
  if (*head == 0xde) return big(2);
  if (*head == 0xdf) return big(4);
  return std::nullopt;
}

bool Reader::appendJson(std::string& json, std::vector<std::string>& buffers,
                        std::size_t maxBuffers) {
  Sink sink{base::JsonWriter(json), buffers, maxBuffers};
  return append(sink, 0);
}

bool Reader::append(Sink& sink, int depth) {
  if (rest_.empty() || depth == kMaxDepth) return false;
  const auto head = static_cast<std::uint8_t>(rest_.front());
  const auto isString = (head >= 0xa0 && head <= 0xbf) || (head >= 0xd9 && head <= 0xdb);
  if (isString) {
    const auto text = string();
    if (text) sink.json.string(*text);
    return text.has_value();
  }
  if ((head >= 0x80 && head <= 0x8f) || head == 0xde || head == 0xdf) {
    const auto count = map();
    return count && appendMap(sink, *count, depth + 1);
  }
  rest_.remove_prefix(1);
  if (head >= 0x90 && head <= 0x9f) return appendArray(sink, head & 0x0f, depth + 1);
  if (head == 0xdc || head == 0xdd) {
    const auto count = big(head == 0xdc ? 2 : 4);
    return count && appendArray(sink, *count, depth + 1);
  }
  if (head >= 0xc4 && head <= 0xc6) {
    const auto size = big(std::size_t{1} << (head - 0xc4));
    return size && appendBuffer(sink, *size);
  }
  if (head >= 0xc7 && head <= 0xc9) {
    const auto size = big(std::size_t{1} << (head - 0xc7));
    return size && appendExtension(sink, *size);
  }
  if (head >= 0xd4 && head <= 0xd8) return appendExtension(sink, std::size_t{1} << (head - 0xd4));
  return appendScalar(sink, head);
}

bool Reader::appendScalar(Sink& sink, std::uint8_t head) {
  if (head <= 0x7f) {
    sink.json.number(std::uint64_t{head});
  } else if (head >= 0xe0) {
    sink.json.number(std::int64_t{static_cast<std::int8_t>(head)});
  } else if (head == 0xc0) {
    sink.json.null();
  } else if (head == 0xc2 || head == 0xc3) {
    sink.json.boolean(head == 0xc3);
  } else if (head == 0xca || head == 0xcb) {
    const auto bits = big(head == 0xca ? 4 : 8);
    if (!bits) return false;
    sink.json.number(head == 0xca ? asFloat(*bits) : std::bit_cast<double>(*bits));
  } else if (head >= 0xcc && head <= 0xcf) {
    const auto value = big(std::size_t{1} << (head - 0xcc));
    if (!value) return false;
    sink.json.number(*value);
  } else if (head >= 0xd0 && head <= 0xd3) {
    const std::size_t bytes = std::size_t{1} << (head - 0xd0);
    const auto bits = big(bytes);
    if (!bits) return false;
    sink.json.number(withSign(*bits, bytes));
  } else {
    return false;  // 0xc1 is never used
  }
  return true;
}

bool Reader::appendArray(Sink& sink, std::size_t count, int depth) {
  if (count > rest_.size()) return false;  // each takes a byte at least
  sink.json.beginArray();
  for (; count > 0; --count) {
    if (!append(sink, depth)) return false;
  }
  sink.json.endArray();
  return true;
}

bool Reader::appendMap(Sink& sink, std::size_t count, int depth) {
  if (count > rest_.size()) return false;
  sink.json.beginObject();
  for (; count > 0; --count) {
    if (!appendKey(sink) || !append(sink, depth)) return false;
  }
  sink.json.endObject();
  return true;
}

/// Keys that are numbers, which maps of JavaScript may have, become texts.
bool Reader::appendKey(Sink& sink) {
  if (rest_.empty()) return false;
  const auto head = static_cast<std::uint8_t>(rest_.front());
  if (head <= 0x7f || (head >= 0xca && head <= 0xd3) || head >= 0xe0) {
    rest_.remove_prefix(1);
    std::string number;
    Sink digits{base::JsonWriter(number), sink.buffers, sink.maxBuffers};
    if (!appendScalar(digits, head)) return false;
    sink.json.name(number);
    return true;
  }
  const auto text = string();
  if (text) sink.json.name(*text);
  return text.has_value();
}

bool Reader::appendBuffer(Sink& sink, std::size_t bytes) {
  const auto content = take(bytes);
  if (!content || sink.buffers.size() == sink.maxBuffers) return false;
  sink.json.beginObject()
      .key("_placeholder")
      .boolean(true)
      .key("num")
      .number(std::uint64_t{sink.buffers.size()});
  sink.json.endObject();
  sink.buffers.emplace_back(*content);
  return true;
}

bool Reader::appendExtension(Sink& sink, std::size_t bytes) {
  const auto type = take(1);
  const auto content = take(bytes);
  if (!type || !content) return false;
  constexpr char kTimestamp = -1;
  if (type->front() == 0 && bytes == 1) {  // undefined, as JavaScript's libraries write it
    sink.json.null();
    return true;
  }
  if (type->front() != kTimestamp || (bytes != 4 && bytes != 8 && bytes != 12)) return false;
  Reader inside(*content);
  std::int64_t seconds = 0;
  std::uint64_t nanoseconds = 0;
  if (bytes == 4) {
    seconds = static_cast<std::int64_t>(*inside.big(4));
  } else if (bytes == 8) {
    const std::uint64_t both = *inside.big(8);
    nanoseconds = both >> 34;
    seconds = static_cast<std::int64_t>(both & ((std::uint64_t{1} << 34) - 1));
  } else {
    nanoseconds = *inside.big(4);
    seconds = static_cast<std::int64_t>(*inside.big(8));
  }
  constexpr std::int64_t kMostSeconds = 8'640'000'000'000;  // of a Date of JavaScript
  if (seconds < -kMostSeconds || seconds > kMostSeconds) return false;
  sink.json.time(seconds * 1000 + static_cast<std::int64_t>(nanoseconds / 1'000'000));
  return true;
}

}  // namespace rookery::socketio::msgpack
