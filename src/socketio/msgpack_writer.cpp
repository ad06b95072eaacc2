#include <bit>
#include <cmath>
#include <limits>

#include "rookery/socketio/args.h"
#include "rookery/socketio/msgpack.h"

namespace rookery::socketio::msgpack {
namespace {

void appendBig(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift & 0xff);
  }
}

void appendHead(std::string& out, int head, std::uint64_t value, int bytes) {
  out += static_cast<char>(head);
  appendBig(out, value, bytes);
}

/// A size that takes one, two or four bytes, as the head says.
void appendSize(std::string& out, int headOfOneByte, std::size_t size) {
  if (size <= 0xff) {
    appendHead(out, headOfOneByte, size, 1);
  } else if (size <= 0xffff) {
    appendHead(out, headOfOneByte + 1, size, 2);
  } else {
    appendHead(out, headOfOneByte + 2, size, 4);
  }
}

void appendSigned(std::string& out, std::int64_t value) {
  if (value >= 0) return appendUnsigned(out, static_cast<std::uint64_t>(value));
  const auto bits = static_cast<std::uint64_t>(value);
  if (value >= -32) {
    out += static_cast<char>(bits & 0xff);
  } else if (value >= std::numeric_limits<std::int8_t>::min()) {
    appendHead(out, 0xd0, bits, 1);
  } else if (value >= std::numeric_limits<std::int16_t>::min()) {
    appendHead(out, 0xd1, bits, 2);
  } else if (value >= std::numeric_limits<std::int32_t>::min()) {
    appendHead(out, 0xd2, bits, 4);
  } else {
    appendHead(out, 0xd3, bits, 8);
  }
}

void appendArrayHead(std::string& out, std::size_t count) {
  if (count <= 0x0f) {
    out += static_cast<char>(0x90 | count);
  } else if (count <= 0xffff) {
    appendHead(out, 0xdc, count, 2);
  } else {
    appendHead(out, 0xdd, count, 4);
  }
}

void appendBuffer(std::string& out, std::string_view bytes) {
  appendSize(out, 0xc4, bytes.size());
  out += bytes;
}

void appendScalar(std::string& out, const base::JsonValue& value) {
  switch (value.type()) {
    case simdjson::dom::element_type::STRING:
      return appendString(out, std::string_view(value));
    case simdjson::dom::element_type::INT64:
      return appendSigned(out, std::int64_t(value));
    case simdjson::dom::element_type::UINT64:
      return appendUnsigned(out, std::uint64_t(value));
    case simdjson::dom::element_type::DOUBLE:
      return appendHead(out, 0xcb, std::bit_cast<std::uint64_t>(double(value)), 8);
    case simdjson::dom::element_type::BOOL:
      out += static_cast<char>(bool(value) ? 0xc3 : 0xc2);
      return;
    default:
      out += static_cast<char>(0xc0);
  }
}

}  // namespace

void appendString(std::string& out, std::string_view text) {
  if (text.size() <= 0x1f) {
    out += static_cast<char>(0xa0 | text.size());
  } else {
    appendSize(out, 0xd9, text.size());
  }
  out += text;
}

void appendUnsigned(std::string& out, std::uint64_t value) {
  if (value <= 0x7f) {
    out += static_cast<char>(value);
  } else if (value <= 0xff) {
    appendHead(out, 0xcc, value, 1);
  } else if (value <= 0xffff) {
    appendHead(out, 0xcd, value, 2);
  } else if (value <= 0xffff'ffff) {
    appendHead(out, 0xce, value, 4);
  } else {
    appendHead(out, 0xcf, value, 8);
  }
}

void appendMapHead(std::string& out, std::size_t count) {
  if (count <= 0x0f) {
    out += static_cast<char>(0x80 | count);
  } else if (count <= 0xffff) {
    appendHead(out, 0xde, count, 2);
  } else {
    appendHead(out, 0xdf, count, 4);
  }
}

void appendValue(std::string& out, const base::JsonValue& value,
                 const std::vector<std::string_view>& buffers) {
  if (base::JsonArray array; value.get(array) == simdjson::SUCCESS) {
    appendArrayHead(out, array.size());
    for (const base::JsonValue one : array) appendValue(out, one, buffers);
    return;
  }
  base::JsonObject object;
  if (value.get(object) != simdjson::SUCCESS) return appendScalar(out, value);
  const auto number = buffers.empty() ? std::nullopt : placeholderNumber(value);
  if (number && *number < buffers.size()) return appendBuffer(out, buffers[*number]);
  appendMapHead(out, object.size());
  for (const auto& member : object) {
    appendString(out, member.key);
    appendValue(out, member.value, buffers);
  }
}

}  // namespace rookery::socketio::msgpack
