#include "rookery/socketio/msgpack.h"

#include <gtest/gtest.h>

#include "rookery/base/json.h"
#include "rookery/socketio/frames.h"
#include "rookery/socketio/msgpack_packet.h"

namespace rookery::socketio {
namespace {

using Buffers = std::vector<std::string>;

/// Hexadecimal digits, spaces apart.
std::string bytes(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    if (hex[i] == ' ') continue;
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    ++i;
  }
  return out;
}

std::optional<std::string> read(std::string_view packed, Buffers* buffers = nullptr) {
  Buffers own;
  std::string json;
  msgpack::Reader reader(packed);
  if (!reader.appendJson(json, buffers == nullptr ? own : *buffers, 2)) return std::nullopt;
  return reader.isAtEnd() ? std::optional(json) : std::nullopt;
}

struct Value {
  std::string_view hex;
  std::string_view json;
};

// The format's own document: every first byte there is.
class MsgpackValues : public testing::TestWithParam<Value> {};
TEST_P(MsgpackValues, AreRead) { EXPECT_EQ(read(bytes(GetParam().hex)), GetParam().json); }

INSTANTIATE_TEST_SUITE_P(
    All, MsgpackValues,
    testing::Values(
        Value{"00", "0"}, Value{"7f", "127"}, Value{"ff", "-1"}, Value{"e0", "-32"},
        Value{"c0", "null"}, Value{"c2", "false"}, Value{"c3", "true"}, Value{"cc ff", "255"},
        Value{"cd 0100", "256"}, Value{"ce 00010000", "65536"},
        Value{"cf ffffffffffffffff", "18446744073709551615"}, Value{"d0 80", "-128"},
        Value{"d1 8000", "-32768"}, Value{"d2 80000000", "-2147483648"},
        Value{"d3 8000000000000000", "-9223372036854775808"}, Value{"ca 3fc00000", "1.5"},
        Value{"cb 3ff8000000000000", "1.5"}, Value{"cb 7ff8000000000000", "null"},
        Value{"a0", R"("")"}, Value{"a2 c3a4", "\"ä\""}, Value{"d9 01 22", R"("\"")"},
        Value{"da 0001 61", R"("a")"}, Value{"db 00000001 61", R"("a")"}, Value{"90", "[]"},
        Value{"92 01 91 02", "[1,[2]]"}, Value{"dc 0001 01", "[1]"}, Value{"dd 00000001 01", "[1]"},
        Value{"80", "{}"}, Value{"82 a1 61 01 a1 22 02", R"({"a":1,"\"":2})"},
        Value{"de 0001 a1 61 01", R"({"a":1})"}, Value{"df 00000001 a1 61 01", R"({"a":1})"},
        Value{"82 05 01 ff 02", R"({"5":1,"-1":2})"}, Value{"d4 00 00", "null"},
        Value{"d6 ff 00000001", R"("1970-01-01T00:00:01.000Z")"},
        Value{"d7 ff 1dcd6500 00000001", R"("1970-01-01T00:00:01.125Z")"},
        Value{"c7 0c ff 00000000 0000000000000002", R"("1970-01-01T00:00:02.000Z")"}));

TEST(Msgpack, BuffersLieBesideTheirPlaceholders) {
  for (const std::string_view size : {"c4 02", "c5 0002", "c6 00000002"}) {
    Buffers buffers;
    EXPECT_EQ(read(bytes("92") + bytes(size) + "hi" + bytes("c4 00"), &buffers),
              R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
    EXPECT_EQ(buffers, (Buffers{"hi", ""}));
  }
  EXPECT_FALSE(read(bytes("93 c4 00 c4 00 c4 00"))) << "more than the caller takes";
}

TEST(Msgpack, WhatIsNoValueIsRefused) {
  for (const std::string_view hex : {"",
                                     "c1",
                                     "cc",
                                     "cd 01",
                                     "cb 00",
                                     "a1",
                                     "d9",
                                     "d9 05 61",
                                     "db ffffffff 61",
                                     "91",
                                     "92 01",
                                     "dd ffffffff 01",
                                     "81",
                                     "81 a1 61",
                                     "81 c0 01",
                                     "81 90 01",
                                     "df ffffffff a1 61 01",
                                     "c4",
                                     "c4 05 61",
                                     "c6 ffffffff",
                                     "d4 01 00",
                                     "d4",
                                     "d4 00",
                                     "d6 ff 0000",
                                     "c7 03 ff 000000",
                                     "c7 0c ff 00000000 7fffffffffffffff"}) {
    EXPECT_FALSE(read(bytes(hex))) << hex;
  }
}

TEST(Msgpack, NestingEndsAt512Levels) {
  EXPECT_TRUE(read(std::string(511, '\x91') + '\x00'));
  EXPECT_FALSE(read(std::string(512, '\x91') + '\x00'));
  EXPECT_FALSE(read(std::string(1'000'000, '\x91')));
}

TEST(Msgpack, WritesEverythingAsShortAsItGets) {
  base::JsonParser parser;
  for (const Value& one :
       {Value{"7f", "127"}, Value{"cc 80", "128"}, Value{"cd 0100", "256"},
        Value{"ce 00010000", "65536"}, Value{"cf 0000000100000000", "4294967296"},
        Value{"ff", "-1"}, Value{"e0", "-32"}, Value{"d0 df", "-33"}, Value{"d1 ff7f", "-129"},
        Value{"d2 ffff7fff", "-32769"}, Value{"d3 ffffffff7fffffff", "-2147483649"},
        Value{"c3", "true"}, Value{"c2", "false"}, Value{"c0", "null"},
        Value{"cb 3ff8000000000000", "1.5"}, Value{"a1 61", R"("a")"}, Value{"92 01 80", "[1,{}]"},
        Value{"81 a1 61 90", R"({"a":[]})"}}) {
    std::string out;
    msgpack::appendValue(out, *parser.parse(one.json), {});
    EXPECT_EQ(out, bytes(one.hex)) << one.json;
  }
}

TEST(Msgpack, TakesLongTextsArraysAndObjectsBack) {
  base::JsonParser parser;
  for (const std::size_t count : {15U, 16U, 31U, 32U, 255U, 256U, 65'535U, 65'536U}) {
    std::string array = "[", object = "{";
    for (std::size_t i = 0; i < count; ++i) {
      array += (i == 0 ? "" : ",") + std::to_string(i);
      object += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    }
    for (const std::string& json :
         {'"' + std::string(count, 'x') + '"', array + "]", object + "}"}) {
      std::string out;
      msgpack::appendValue(out, *parser.parse(json), {});
      EXPECT_EQ(read(out), json);
    }
  }
}

TEST(MsgpackPacket, IsReadWithItsMembersInAnyOrder) {
  const auto packet =
      decodeMsgpack(bytes("84 a3 6e7370 a2 2f61 a2 6964 05 a4 64617461 92 a1 65 c4 01 41"
                          " a4 74797065 02"));
  ASSERT_NE(packet, nullptr);
  EXPECT_EQ(packet->head.type, PacketType::kEvent);
  EXPECT_EQ(packet->head.nsp, "/a");
  EXPECT_EQ(packet->head.ackId, 5);
  EXPECT_EQ(packet->head.json, R"(["e",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(packet->attachments, Buffers{"A"});
}

/// {type, nsp "/", …}.
std::string packetOf(std::string_view members, std::string_view type = "02") {
  const auto count = static_cast<char>(0x82 + (members.empty() ? 0 : 1));
  return count + bytes("a4 74797065") + bytes(type) + bytes("a3 6e7370 a1 2f") + bytes(members);
}

TEST(MsgpackPacket, WhatBreaksItsRulesIsRefused) {
  EXPECT_NE(decodeMsgpack(packetOf("a4 64617461 91 a1 65")), nullptr);
  for (const std::string& bad :
       {bytes("80"), bytes("90"), bytes("81 a4 74797065 02"), bytes("81 a3 6e7370 a1 2f"),
        packetOf("", "05"), packetOf("", "ff"), packetOf("", "a1 32"), packetOf("", "04"),
        packetOf("", "03"), packetOf("a4 64617461 80"), packetOf("a4 64617461 a1 65"),
        packetOf("a2 6964 ff"), packetOf("a2 6964 a1 35"), packetOf("a2 6964 cb 3ff8000000000000"),
        packetOf("a4 64617461 80", "01"), packetOf("a4 64617461 90", "00"),
        packetOf("a4 64617461 91 a1 65") + '\x00', bytes("82 a4 74797065 02 a3 6e7370 a1 61")}) {
    EXPECT_EQ(decodeMsgpack(bad), nullptr) << testing::PrintToString(bad);
  }
}

TEST(MsgpackPacket, AConnectHasItsQueryApart) {
  const auto packet = decodeMsgpack(bytes("82 a4 74797065 00 a3 6e7370 a4 2f613f62"));
  ASSERT_NE(packet, nullptr);
  EXPECT_EQ(packet->head.nsp, "/a");
  EXPECT_EQ(packet->head.query, "b");
}

TEST(MsgpackPacket, IsWrittenAsJavaScriptDoes) {
  EXPECT_EQ(encodeMsgpack(connectFrame("/", "ab")),
            bytes("83 a4 74797065 00 a3 6e7370 a1 2f a4 64617461 81 a3 736964 a2 6162"));
  EXPECT_EQ(encodeMsgpack(disconnectFrame("/x")), bytes("82 a4 74797065 01 a3 6e7370 a2 2f78"));
  EXPECT_EQ(encodeMsgpack(ackFrame("/", 7, Args::of(1, Bytes{"A"}))),
            bytes("84 a4 74797065 03 a3 6e7370 a1 2f a4 64617461 92 01 c4 01 41 a2 6964 07"));
}

TEST(MsgpackPacket, AFrameIsConvertedOnce) {
  const net::SharedFrame frame = connectFrame("/", "ab");
  int times = 0;
  const auto convert = [&times](const net::SharedFrame& one) {
    ++times;
    return encodeMsgpack(one);
  };
  const net::SharedFrame& first = frame.convertedOnce(convert);
  EXPECT_EQ(&first, &frame.convertedOnce(convert));
  EXPECT_EQ(times, 1);
  EXPECT_TRUE(first.hasBinary());
}

}  // namespace
}  // namespace rookery::socketio
