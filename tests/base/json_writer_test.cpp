#include "rookery/base/json_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace rookery::base {
namespace {

/// RFC 8259 §7, written the slow and obvious way.
std::string expectedString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char escape[7];
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
          out += escape;
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string written(std::string_view text) {
  std::string out;
  appendJsonString(out, text);
  return out;
}

TEST(JsonStringTest, EveryByteAtEveryPlaceOfEveryLength) {
  for (std::size_t length = 1; length <= 49; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, 'a');
        text[place] = static_cast<char>(byte);
        ASSERT_EQ(written(text), expectedString(text))
            << "byte " << byte << " at " << place << " of " << length;
      }
    }
  }
}

TEST(JsonStringTest, EveryAlignmentOfItsInput) {
  alignas(64) char buffer[160];
  std::mt19937 random(7);
  for (char& c : buffer) c = static_cast<char>(random());
  for (std::size_t from = 0; from < 64; ++from) {
    for (std::size_t length = 0; length <= 96; ++length) {
      const std::string_view text(buffer + from, length);
      ASSERT_EQ(written(text), expectedString(text)) << from << " " << length;
    }
  }
}

TEST(JsonStringTest, LeavesTextAboveAsciiAlone) {
  EXPECT_EQ(written("grüße 🐦"), "\"grüße 🐦\"");
  EXPECT_EQ(written("\x7f"), "\"\x7f\"");
  EXPECT_EQ(written(""), "\"\"");
  EXPECT_EQ(written(std::string_view("a\0b", 3)), "\"a\\u0000b\"");
}

TEST(JsonWriterTest, PutsCommasWhereTheyBelong) {
  std::string out;
  JsonWriter json(out);
  json.beginObject();
  json.key("a").beginArray().endArray();
  json.key("b").beginObject().endObject();
  json.key("c").beginArray().number(std::int64_t{-1}).string("x").beginObject().key("d").null();
  json.endObject().boolean(true).endArray();
  json.key("e").raw("[1,2]");
  json.endObject();
  EXPECT_EQ(out, R"({"a":[],"b":{},"c":[-1,"x",{"d":null},true],"e":[1,2]})");
}

TEST(JsonWriterTest, WritesNumbersWhole) {
  std::string out;
  JsonWriter json(out);
  json.beginArray();
  json.number(std::numeric_limits<std::int64_t>::min());
  json.number(std::numeric_limits<std::uint64_t>::max());
  json.number(0.1);
  json.number(1.5e300);
  json.endArray();
  EXPECT_EQ(out, "[-9223372036854775808,18446744073709551615,0.1,1.5e+300]");
}

TEST(JsonWriterTest, WritesWhatJsonHasNoNumberForAsNull) {
  std::string out;
  JsonWriter json(out);
  json.beginArray();
  json.number(std::numeric_limits<double>::infinity());
  json.number(std::numeric_limits<double>::quiet_NaN());
  json.endArray();
  EXPECT_EQ(out, "[null,null]");
}

TEST(JsonWriterTest, WritesIdsAndTimes) {
  std::string out;
  JsonWriter json(out);
  json.beginArray().id(*ObjectId::parse("00ff1234567890abcdef0a0b")).time(1'769'851'800'123);
  json.endArray();
  EXPECT_EQ(out, R"(["00ff1234567890abcdef0a0b","2026-01-31T09:30:00.123Z"])");
}

}  // namespace
}  // namespace rookery::base
