#include "rookery/engineio/revision3.h"

#include <gtest/gtest.h>

namespace rookery::engineio {
namespace {

using namespace std::string_literals;
using net::SharedFrame;

std::vector<Packet> decoded(const std::string& body, bool binaryForm,
                            std::vector<std::string>& storage) {
  auto packets = decodePayload3(body, binaryForm, storage);
  EXPECT_TRUE(packets) << body;
  return packets.value_or(std::vector<Packet>{});
}

TEST(Revision3, ReadsAndWritesTheGoldenBytes) {
  const std::string golden =
      "\x00\x06\xff"
      "4hello"
      "\x01\x05\xff\x04\x01\x02\x03\x04"s;
  const std::vector<SharedFrame> frames{SharedFrame::text("4hello"),
                                        SharedFrame::binary("\x01\x02\x03\x04")};
  const Payload3 payload = encodePayload3(frames, true);
  EXPECT_TRUE(payload.binaryForm);
  EXPECT_EQ(payload.body, golden);
  std::vector<std::string> storage;
  EXPECT_EQ(decoded(golden, true, storage),
            (std::vector<Packet>{{PacketType::kMessage, false, "hello"},
                                 {PacketType::kMessage, true, "\x01\x02\x03\x04"}}));
}

TEST(Revision3, CountsLengthsInUtf16CodeUnits) {
  const std::vector<SharedFrame> frames{SharedFrame::text("4ä€🚀"), SharedFrame::text("6")};
  const Payload3 payload = encodePayload3(frames, true);
  EXPECT_FALSE(payload.binaryForm);
  EXPECT_EQ(payload.body, "5:4ä€🚀1:6");
  std::vector<std::string> storage;
  EXPECT_EQ(
      decoded(payload.body, false, storage),
      (std::vector<Packet>{{PacketType::kMessage, false, "ä€🚀"}, {PacketType::kNoop, false, ""}}));
}

TEST(Revision3, WritesBase64ForClientsThatReadTextOnly) {
  const std::vector<SharedFrame> frames{SharedFrame::binary("\x01\x02\x03\x04"),
                                        SharedFrame::binary("a"), SharedFrame::text("4x")};
  const Payload3 payload = encodePayload3(frames, false);
  EXPECT_EQ(payload.body, "10:b4AQIDBA==6:b4YQ==2:4x");
  std::vector<std::string> storage;
  EXPECT_EQ(decoded(payload.body, false, storage),
            (std::vector<Packet>{{PacketType::kMessage, true, "\x01\x02\x03\x04"},
                                 {PacketType::kMessage, true, "a"},
                                 {PacketType::kMessage, false, "x"}}));
}

TEST(Revision3, RefusesBrokenPayloads) {
  std::vector<std::string> storage;
  for (const std::string& text :
       {""s, "x"s, ":"s, "1"s, "1:"s, "2:4"s, "-1:4"s, "+1:4"s, " 1:4"s, "0:"s, "1:9"s, "1:43:x"s,
        "2:4🚀"s, "99999999999999999999:4"s, "4294967297:4"s, "3:b41"s, "2:bx"s}) {
    EXPECT_FALSE(decodePayload3(text, false, storage)) << text;
  }
  for (const std::string& bytes : {"\x00"s,
                                   "\x02\x01\xff"
                                   "4"s,
                                   "\x00\xff"
                                   "4"s,
                                   "\x00\x02\xff"
                                   "4"s,
                                   "\x00\x01"s,
                                   "\x00\x01\xfe"
                                   "4"s,
                                   "\x01\x01\xff\x07"s, "\x01\x00\xff"s,
                                   "\x00\x02\xff"
                                   "4\xff"s,
                                   "\x00\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\xff"
                                   "4"s}) {
    EXPECT_FALSE(decodePayload3(bytes, true, storage)) << bytes.size();
  }
  EXPECT_FALSE(decodePayload3("1:61:61:6", false, storage, 2));
}

TEST(SharedFrame, GetsTypeBytesForRevision3) {
  EXPECT_EQ(SharedFrame::text("4x").withTypeBytes().wire(), SharedFrame::text("4x").wire());
  EXPECT_EQ(SharedFrame::binary("ab").withTypeBytes().wire(),
            "\x82\x03\x04"
            "ab"s);
  net::FrameBuilder builder;
  builder.text() += "451-[]";
  const SharedFrame frame = builder.finish(net::FrameClass::kMessage, {"xy"});
  EXPECT_EQ(frame.withTypeBytes().wire(),
            "\x81\x06"
            "451-[]"
            "\x82\x03\x04"
            "xy"s);
}

}  // namespace
}  // namespace rookery::engineio
