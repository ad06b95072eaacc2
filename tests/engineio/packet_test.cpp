#include "rookery/engineio/packet.h"

#include <gtest/gtest.h>

#include <ostream>

namespace rookery::engineio {

void PrintTo(const Packet& packet, std::ostream* out) {
  *out << "{" << static_cast<int>(packet.type) << (packet.binary ? " binary" : "") << ", "
       << testing::PrintToString(packet.data) << "}";
}

namespace {

using namespace std::string_literals;

Packet message(std::string_view data) { return {PacketType::kMessage, false, data}; }
Packet binary(std::string_view data) { return {PacketType::kMessage, true, data}; }

TEST(EngineIoPacket, IsATypeAndData) {
  std::string decoded;
  for (int type = 0; type <= 6; ++type) {
    const std::string text = std::to_string(type) + "data";
    EXPECT_EQ(decodePacket(text, decoded), (Packet{static_cast<PacketType>(type), false, "data"}));
  }
  EXPECT_EQ(decodePacket("2probe", decoded), (Packet{PacketType::kPing, false, "probe"}));
  EXPECT_EQ(decodePacket("4", decoded), message(""));
  EXPECT_EQ(decodePacket("4\0x"s, decoded), message("\0x"s));
}

TEST(EngineIoPacket, IsBinaryBehindAB) {
  std::string decoded;
  EXPECT_EQ(decodePacket("bAQIDBA==", decoded), binary("\1\2\3\4"));
  EXPECT_EQ(decodePacket("bAQIDBA", decoded), binary("\1\2\3\4"));
  EXPECT_EQ(decodePacket("b", decoded), binary(""));
  const auto packet = decodePacket("bAAA=", decoded);
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->data.data(), decoded.data());
}

TEST(EngineIoPacket, IsRefused) {
  std::string decoded;
  for (const auto& text : {""s, "7"s, "9x"s, "abc"s, "/4"s, ":4"s, " 4"s, "\xFF"s, "\0"s, "bA"s,
                           "bAQ!="s, "bAQID BA=="s, "b===="s, "b4AQI-"s, "B"s}) {
    EXPECT_EQ(decodePacket(text, decoded), std::nullopt) << testing::PrintToString(text);
  }
}

TEST(EngineIoPayload, KeepsTheOrder) {
  std::vector<std::string> storage;
  EXPECT_EQ(
      decodePayload("4hello\x1e"
                    "2\x1e"
                    "4wörld",
                    storage),
      (std::vector<Packet>{message("hello"), {PacketType::kPing, false, ""}, message("wörld")}));
  EXPECT_TRUE(storage.empty());
  EXPECT_EQ(decodePayload("1", storage), (std::vector<Packet>{{PacketType::kClose, false, ""}}));
}

TEST(EngineIoPayload, KeepsTheBytesOfBinaryPackets) {
  // So many that `storage` grows several times: short and long strings must survive it.
  const std::string longText(48, 'A');  // 36 zero bytes
  std::string body = "4first";
  std::vector<Packet> expected{message("first")};
  const std::string zeros(36, '\0');
  for (int i = 0; i < 50; ++i) {
    body +=
        "\x1e"
        "bAQID"
        "\x1e"
        "4x"
        "\x1e"
        "b" +
        longText;
    expected.insert(expected.end(), {binary("\1\2\3"), message("x"), binary(zeros)});
  }
  std::vector<std::string> storage{"from before"};
  EXPECT_EQ(decodePayload(body, storage), expected);
  EXPECT_EQ(storage.size(), 100U);
}

TEST(EngineIoPayload, IsRefusedAsAWhole) {
  std::vector<std::string> storage;
  for (const auto& body : {""s, "\x1e"s,
                           "\x1e"
                           "4a"s,
                           "4a\x1e"s,
                           "4a\x1e\x1e"
                           "4b"s,
                           "4a\x1e"
                           "7b"s,
                           "abc"s,
                           "4a\x1e"
                           "b!"s}) {
    EXPECT_EQ(decodePayload(body, storage), std::nullopt) << testing::PrintToString(body);
  }
}

TEST(EngineIoPayload, HasALimit) {
  std::vector<std::string> storage;
  EXPECT_TRUE(
      decodePayload("4\x1e"
                    "4\x1e"
                    "4",
                    storage, 3));
  EXPECT_FALSE(
      decodePayload("4\x1e"
                    "4\x1e"
                    "4\x1e"
                    "4",
                    storage, 3));
}

}  // namespace
}  // namespace rookery::engineio
