#include "rookery/socketio/packet.h"

#include <gtest/gtest.h>

#include <ostream>

#include "support/allocations.h"

namespace rookery::socketio {

void PrintTo(const PacketHead& head, std::ostream* out) {
  *out << "{" << static_cast<int>(head.type) << ", " << head.attachments << " attachments, "
       << head.nsp << ", " << (head.ackId ? std::to_string(*head.ackId) : "no id") << ", "
       << head.json << "}";
}

namespace {

struct Row {
  std::string_view text;
  PacketHead head;
};

// protocol.md 3.1 and the accepted rows of 3.2.
constexpr auto kConnect = PacketType::kConnect;
constexpr auto kEvent = PacketType::kEvent;
const std::vector<Row> kGood = {
    {"0", {kConnect, 0, "/", {}, ""}},
    {R"(0{"token":"x"})", {kConnect, 0, "/", {}, R"({"token":"x"})"}},
    {"0/custom", {kConnect, 0, "/custom", {}, ""}},
    {"0/custom,", {kConnect, 0, "/custom", {}, ""}},
    {R"(0/nsp,{"a":1})", {kConnect, 0, "/nsp", {}, R"({"a":1})"}},
    {"0/nsp?token=a/b,{}", {kConnect, 0, "/nsp", {}, "{}", "token=a/b"}},
    {"0/nsp?a=1", {kConnect, 0, "/nsp", {}, "", "a=1"}},
    {"0/?a=1,", {kConnect, 0, "/", {}, "", "a=1"}},
    {"0/,", {kConnect, 0, "/", {}, ""}},
    {"1", {PacketType::kDisconnect, 0, "/", {}, ""}},
    {"1/nsp,", {PacketType::kDisconnect, 0, "/nsp", {}, ""}},
    {R"(2["e",1])", {kEvent, 0, "/", {}, R"(["e",1])"}},
    {"2[5,1]", {kEvent, 0, "/", {}, "[5,1]"}},
    {"2", {kEvent, 0, "/", {}, ""}},
    {R"(20["e"])", {kEvent, 0, "/", 0, R"(["e"])"}},
    {R"(2000456["e"])", {kEvent, 0, "/", 456, R"(["e"])"}},
    {R"(2/nsp,12["e"])", {kEvent, 0, "/nsp", 12, R"(["e"])"}},
    {R"(2/a/b,["e"])", {kEvent, 0, "/a/b", {}, R"(["e"])"}},
    // Only CONNECT carries a query: this namespace was never joined, as the session will find.
    {R"(2/nsp?a=1,["e"])", {kEvent, 0, "/nsp?a=1", {}, R"(["e"])"}},
    {R"(29007199254740991["e"])", {kEvent, 0, "/", 9007199254740991, R"(["e"])"}},
    {"30[]", {PacketType::kAck, 0, "/", 0, "[]"}},
    {"3/nsp,7[1]", {PacketType::kAck, 0, "/nsp", 7, "[1]"}},
    {R"(51-["e",{"_placeholder":true,"num":0}])",
     {PacketType::kBinaryEvent, 1, "/", {}, R"(["e",{"_placeholder":true,"num":0}])"}},
    {"510-/nsp,3[]", {PacketType::kBinaryEvent, 10, "/nsp", 3, "[]"}},
    {"5002-[]", {PacketType::kBinaryEvent, 2, "/", {}, "[]"}},
    {"62-/nsp,3[]", {PacketType::kBinaryAck, 2, "/nsp", 3, "[]"}},
    {"61-5[]", {PacketType::kBinaryAck, 1, "/", 5, "[]"}},
};

TEST(SocketIoPacket, IsTakenApart) {
  for (const auto& row : kGood) EXPECT_EQ(decodeHead(row.text), row.head) << row.text;
}

TEST(SocketIoPacket, IsRefused) {
  for (const std::string_view text : {
           "",
           "7",
           "8[]",
           "abc",
           "-",
           "/",
           " 2[]",
           "\xFF",  // type
           "4",
           R"(4{"message":"x"})",  // CONNECT_ERROR
           "2abc[]",
           R"(2"e")",
           "2null",
           "2{}",
           "2-1[]",
           "2 [1]",  // no array
           R"(21 ["e"])",
           "21a[]",
           "21.5[]",
           R"(2/nsp,x["e"])",  // ack id
           R"(29007199254740992["e"])",
           R"(299999999999999999999999999["e"])",
           "0[]",
           "0null",
           R"(0"x")",
           "0/nsp,[]",
           "0x",  // CONNECT's payload
           "1{}",
           "1[]",
           "1/nsp,{}",
           "1x",  // DISCONNECT's payload
           "3[]",
           "3",
           "3/nsp,[1]",
           "61-[]",
           "31{}",
           "31null",  // acks
           "5",
           "5[]",
           R"(5["e"])",
           "5-[]",
           "50-[]",
           "5-1-[]",
           "51.5-[]",
           "51",
           "51[]",
           "5a-[]",
           "5+1-[]",
           "51e0-[]",
           "511-[]",
           "599999999999999999999-[]",
           "5 1-[]",
           "5/nsp,1-[]",
           "60-1[]",
           "6-1[]",
           "611-1[]",
       }) {
    EXPECT_EQ(decodeHead(text), std::nullopt) << text;
  }
}

TEST(SocketIoPacket, HasAsManyAttachmentsAsAllowed) {
  EXPECT_TRUE(decodeHead("53-[]", 3));
  EXPECT_FALSE(decodeHead("54-[]", 3));
  EXPECT_TRUE(decodeHead("5100-[]", 100));
  EXPECT_FALSE(decodeHead("51-[]", 0));
}

TEST(SocketIoPacket, IsTakenApartWithoutAllocating) {
  const test::Allocations allocations;
  for (const auto& row : kGood) ASSERT_TRUE(decodeHead(row.text));
  EXPECT_EQ(allocations.count(), 0U);
}

TEST(SocketIoPacket, IsWrittenAsItIsRead) {
  const auto text = [](const PacketHead& head) {
    std::string out = "4";
    appendHead(out, head);
    return out;
  };
  EXPECT_EQ(text({kConnect, 0, "/", {}, ""}), "40");
  EXPECT_EQ(text({kConnect, 0, "/nsp", {}, ""}), "40/nsp,");
  EXPECT_EQ(text({PacketType::kDisconnect, 0, "/nsp", {}, ""}), "41/nsp,");
  EXPECT_EQ(text({kEvent, 0, "/", {}, "ignored"}), "42");
  EXPECT_EQ(text({PacketType::kAck, 0, "/", 0, ""}), "430");
  EXPECT_EQ(text({PacketType::kConnectError, 0, "/nsp", {}, ""}), "44/nsp,");
  EXPECT_EQ(text({PacketType::kBinaryEvent, 2, "/nsp", 18446744073709551615U, ""}),
            "452-/nsp,18446744073709551615");
  EXPECT_EQ(text({PacketType::kBinaryAck, 1, "/", 5, ""}), "461-5");
  for (const auto& row : kGood) {
    PacketHead head = row.head;
    head.query = {};  // clients alone write it
    std::string again;
    appendHead(again, head);
    again += head.json;
    EXPECT_EQ(decodeHead(again), head) << again;
  }
}

TEST(SocketIoPacket, ReservesTheNamesOfItsOwnEvents) {
  for (const auto* name : {"connect", "connect_error", "disconnect", "disconnecting", "newListener",
                           "removeListener"}) {
    EXPECT_TRUE(isReservedEvent(name)) << name;
  }
  for (const auto* name : {"connection", "__proto__", "", "Connect", "connect ", "message"}) {
    EXPECT_FALSE(isReservedEvent(name)) << name;
  }
}

}  // namespace
}  // namespace rookery::socketio
