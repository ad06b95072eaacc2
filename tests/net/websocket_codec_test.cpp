#include "rookery/net/websocket_codec.h"

#include <gtest/gtest.h>

#include <ostream>

#include "rookery/base/encoding.h"
#include "rookery/net/message_deflate.h"
#include "support/allocations.h"
#include "support/client_frames.h"
#include "support/splits.h"

namespace rookery::net {

using Kind = WebSocketDecoder::EventKind;
using test::ClientFrame;

struct Seen {
  Kind kind;
  std::string payload;
  unsigned code = 0;

  bool operator==(const Seen&) const = default;
};

void PrintTo(const Seen& seen, std::ostream* out) {
  *out << "{" << static_cast<int>(seen.kind) << ", " << seen.payload.size() << " B \""
       << seen.payload.substr(0, 40) << "\", " << seen.code << "}";
}

namespace {

std::string concat(const std::vector<ClientFrame>& frames) {
  std::string stream;
  for (const auto& frame : frames) stream += frame.bytes();
  return stream;
}

/// Each piece lies in memory of exactly its size, so that AddressSanitizer sees a step outside.
std::vector<Seen> decode(const test::Pieces& pieces, const WebSocketDecoder::Limits& limits = {},
                         MessageDeflate* deflate = nullptr) {
  WebSocketDecoder decoder;
  std::vector<Seen> events;
  for (const auto& piece : pieces) {
    std::vector<std::uint8_t> memory(piece.begin(), piece.end());
    std::span<std::uint8_t> input(memory);
    for (;;) {
      const auto event = decoder.next(input, limits, deflate);
      if (event.kind == Kind::kNeedMore) {
        EXPECT_TRUE(input.empty());
        break;
      }
      const auto text = event.kind == Kind::kError ? event.what : base::asText(event.payload);
      events.push_back({event.kind, std::string(text), static_cast<unsigned>(event.code)});
      if (event.kind == Kind::kError || event.kind == Kind::kClose) return events;
    }
  }
  return events;
}

std::string closePayload(unsigned code, std::string_view reason = {}) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return payload.append(reason);
}

struct Row {
  std::string name;
  std::vector<ClientFrame> frames;
  std::vector<Seen> events;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

constexpr unsigned kProtocol = 1002;
constexpr unsigned kInvalid = 1007;

/// Not only the code: most have the same.
Seen error(unsigned code, std::string_view what) { return {Kind::kError, std::string(what), code}; }

std::vector<Row> goodRows() {
  const std::string euro = "\xE2\x82\xAC";
  const std::string smile = "\xF0\x9F\x98\x80";
  std::vector<Row> rows = {
      {"text", {{.payload = "Hello"}}, {{Kind::kText, "Hello"}}},
      {"empty text", {{}}, {{Kind::kText, ""}}},
      {"binary", {{.opcode = 2, .payload = "\xFF\xFE"}}, {{Kind::kBinary, "\xFF\xFE"}}},
      {"ping", {{.opcode = 9, .payload = "p"}}, {{Kind::kPing, "p"}}},
      {"pong", {{.opcode = 10}}, {{Kind::kPong, ""}}},
      {"control of 125",
       {{.opcode = 9, .payload = std::string(125, 'x')}},
       {{Kind::kPing, std::string(125, 'x')}}},
      {"fragments",
       {{.payload = "Hel", .final = false}, {.opcode = 0, .payload = "lo"}},
       {{Kind::kText, "Hello"}}},
      {"empty fragments",
       {{.final = false}, {.opcode = 0, .final = false}, {.opcode = 0}},
       {{Kind::kText, ""}}},
      {"control between fragments",
       {{.opcode = 2, .payload = "a", .final = false},
        {.opcode = 9, .payload = "1"},
        {.opcode = 0, .payload = "b", .final = false},
        {.opcode = 10, .payload = "2"},
        {.opcode = 0, .payload = "c"},
        {.payload = "next"}},
       {{Kind::kPing, "1"}, {Kind::kPong, "2"}, {Kind::kBinary, "abc"}, {Kind::kText, "next"}}},
      {"characters over fragments",
       {{.payload = euro.substr(0, 1), .final = false},
        {.opcode = 0, .payload = euro.substr(1, 1), .final = false},
        {.opcode = 9},
        {.opcode = 0, .payload = euro.substr(2) + smile.substr(0, 3), .final = false},
        {.opcode = 0, .payload = smile.substr(3)}},
       {{Kind::kPing, ""}, {Kind::kText, euro + smile}}},
      {"close without a code", {{.opcode = 8}}, {{Kind::kClose, ""}}},
      {"close between fragments",
       {{.payload = "a", .final = false}, {.opcode = 8, .payload = closePayload(1001, "bye")}},
       {{Kind::kClose, "bye", 1001}}},
  };
  for (const unsigned code : {1000U, 1003U, 1007U, 1011U, 1014U, 3000U, 4999U}) {
    rows.push_back({"close " + std::to_string(code),
                    {{.opcode = 8, .payload = closePayload(code)}},
                    {{Kind::kClose, "", code}}});
  }
  for (const std::size_t bytes : {125U, 126U, 127U, 300U}) {
    const std::string payload(bytes, 'y');
    rows.push_back(
        {"text of " + std::to_string(bytes), {{.payload = payload}}, {{Kind::kText, payload}}});
  }
  return rows;
}

std::vector<Row> badRows() {
  const std::string overlong = "\xC0\xAF";
  const std::string surrogate = "\xED\xA0\x80";
  std::vector<Row> rows = {
      {"RSV1", {{.reserved = 4}}, {error(kProtocol, "a reserved bit is set")}},
      {"RSV2", {{.reserved = 2}}, {error(kProtocol, "a reserved bit is set")}},
      {"RSV3", {{.opcode = 9, .reserved = 1}}, {error(kProtocol, "a reserved bit is set")}},
      {"not masked",
       {{.payload = "a", .masked = false}},
       {error(kProtocol, "a frame is not masked")}},
      {"fragmented ping",
       {{.opcode = 9, .final = false}},
       {error(kProtocol, "a control frame is fragmented")}},
      {"fragmented close",
       {{.opcode = 8, .final = false}},
       {error(kProtocol, "a control frame is fragmented")}},
      {"control of 126",
       {{.opcode = 9, .payload = std::string(126, 'x')}},
       {error(kProtocol, "a control frame is too long")}},
      {"continuation first",
       {{.opcode = 0}},
       {error(kProtocol, "a continuation without a message")}},
      {"continuation after the end",
       {{.payload = "a"}, {.opcode = 0, .payload = "b"}},
       {{Kind::kText, "a"}, error(kProtocol, "a continuation without a message")}},
      {"message inside a message",
       {{.payload = "a", .final = false}, {.payload = "b"}},
       {error(kProtocol, "a new message begins inside another")}},
      {"5 bytes with a 16-bit length",
       {{.payload = "Hello", .lengthBytes = 2}},
       {error(kProtocol, "the length is not written in its shortest form")}},
      {"125 bytes with a 16-bit length",
       {{.payload = std::string(125, 'x'), .lengthBytes = 2}},
       {error(kProtocol, "the length is not written in its shortest form")}},
      {"126 bytes with a 64-bit length",
       {{.payload = std::string(126, 'x'), .lengthBytes = 8}},
       {error(kProtocol, "the length is not written in its shortest form")}},
      {"length with its highest bit set",
       {{.payload = "x", .lengthBytes = 8, .claimedBytes = std::uint64_t{1} << 63}},
       {error(kProtocol, "the length has its highest bit set")}},
      {"half a close code",
       {{.opcode = 8, .payload = "\x03"}},
       {error(kProtocol, "half a close code")}},
      {"close reason not UTF-8",
       {{.opcode = 8, .payload = closePayload(1000, "\xFF")}},
       {error(kInvalid, "a close reason that is not UTF-8")}},
      {"overlong", {{.payload = overlong}}, {error(kInvalid, "text that is not UTF-8")}},
      {"surrogate", {{.payload = "a" + surrogate}}, {error(kInvalid, "text that is not UTF-8")}},
      {"above U+10FFFF",
       {{.payload = "\xF4\x90\x80\x80"}},
       {error(kInvalid, "text that is not UTF-8")}},
      {"ends inside a character",
       {{.payload = "a\xE2\x82"}},
       {error(kInvalid, "text that is not UTF-8")}},
      {"last fragment ends inside a character",
       {{.payload = "a", .final = false}, {.opcode = 0, .payload = "\xE2\x82"}},
       {error(kInvalid, "text that is not UTF-8")}},
  };
  for (const unsigned opcode : {3U, 7U, 11U, 15U}) {
    rows.push_back({"opcode " + std::to_string(opcode),
                    {{.opcode = opcode}},
                    {error(kProtocol, "unknown opcode")}});
  }
  for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 2999U, 5000U, 65535U}) {
    rows.push_back({"close " + std::to_string(code),
                    {{.opcode = 8, .payload = closePayload(code)}},
                    {error(kProtocol, "a close code that may not be sent")}});
  }
  // What can never become a character again fails at the end of its fragment, before the rest came.
  for (const std::string broken : {"\xC0", "\xF5", "\x80", "\xE0\x80", "\xED\xA0", "\xF0\x8F",
                                   "\xF4\x90", "\xE2\x28", "\xF0\x9F\x28", "a\x80"}) {
    rows.push_back({"fragment " + testing::PrintToString(broken),
                    {{.payload = "ok", .final = false},
                     {.opcode = 0, .payload = broken, .final = false},
                     {.opcode = 9, .payload = "never seen"}},
                    {error(kInvalid, "text that is not UTF-8")}});
  }
  return rows;
}

class WebSocketDecoderTable : public testing::TestWithParam<Row> {};

TEST_P(WebSocketDecoderTable, GivesTheSameEventsHoweverTheStreamIsCut) {
  for (const auto& pieces : test::everySplit(concat(GetParam().frames))) {
    ASSERT_EQ(decode(pieces), GetParam().events) << "first piece: " << pieces.front().size();
  }
}

std::string rowName(const testing::TestParamInfo<Row>& info) {
  std::string name = std::to_string(info.index) + "_";
  for (const char c : info.param.name)
    name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(Good, WebSocketDecoderTable, testing::ValuesIn(goodRows()), rowName);
INSTANTIATE_TEST_SUITE_P(Bad, WebSocketDecoderTable, testing::ValuesIn(badRows()), rowName);

TEST(WebSocketDecoder, DecodesTheExamplesOfTheRfc) {
  // RFC 6455 §5.7
  const std::string hello("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
  const std::string pong("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
  EXPECT_EQ(decode({hello + pong}),
            (std::vector<Seen>{{Kind::kText, "Hello"}, {Kind::kPong, "Hello"}}));
}

/// A stream of whole and fragmented messages with control frames between, and what it says.
struct RandomStream {
  explicit RandomStream(test::SeededRandom& random, std::size_t messages, std::size_t maxBytes) {
    for (std::size_t i = 0; i < messages; ++i) addMessage(random, maxBytes);
  }

  void addMessage(test::SeededRandom& random, std::size_t maxBytes) {
    static const std::vector<std::string> kCharacters = {"a", "\xC3\xA4", "\xE2\x82\xAC",
                                                         "\xF0\x9F\x98\x80", "\x01"};
    static const std::vector<std::size_t> kEdges = {0, 1, 7, 8, 125, 126, 127, 65535, 65536};
    const bool text = random.oneIn(2);
    const std::size_t length =
        std::min(maxBytes, random.oneIn(2) ? random.anyOf(kEdges) : random.upTo(maxBytes));
    std::string payload;
    while (payload.size() < length) {
      if (text) {
        payload += random.anyOf(kCharacters);
      } else {
        payload += static_cast<char>(random.upTo(255));
      }
    }
    std::string_view rest = payload;
    for (bool first = true, last = false; !last; first = false) {
      last = random.oneIn(3);
      const auto part = last ? rest : rest.substr(0, random.upTo(rest.size()));
      rest.remove_prefix(part.size());
      add(random, first ? (text ? 1 : 2) : 0, part, last);
      if (!last && random.oneIn(2)) addControl(random);
    }
    events.push_back({text ? Kind::kText : Kind::kBinary, payload});
    if (random.oneIn(3)) addControl(random);
  }

  void addControl(test::SeededRandom& random) {
    const std::string payload(random.upTo(125), 'c');
    const bool ping = random.oneIn(2);
    add(random, ping ? 9 : 10, payload, true);
    events.push_back({ping ? Kind::kPing : Kind::kPong, payload});
  }

  void add(test::SeededRandom& random, unsigned opcode, std::string_view payload, bool final) {
    ClientFrame frame{.opcode = opcode, .payload = std::string(payload), .final = final};
    for (auto& byte : frame.key) byte = static_cast<std::uint8_t>(random.upTo(255));
    bytes += frame.bytes();
  }

  std::string bytes;
  std::vector<Seen> events;
};

TEST(WebSocketDecoder, GivesTheSameEventsForEverySplitOfARandomStream) {
  test::SeededRandom random;
  const RandomStream stream(random, 8, 300);
  for (const auto& pieces : test::everySplit(stream.bytes)) {
    ASSERT_EQ(decode(pieces), stream.events) << "first piece: " << pieces.front().size();
  }
}

TEST(WebSocketDecoder, GivesTheSameEventsForRandomSplitsOfRandomStreams) {
  test::SeededRandom random;
  for (int round = 0; round < 40; ++round) {
    const RandomStream stream(random, 20, 70'000);
    const std::size_t longest = random.anyOf<std::size_t>({3, 50, 5'000, 100'000});
    ASSERT_EQ(decode(test::randomSplit(stream.bytes, longest, random)), stream.events);
  }
}

TEST(WebSocketDecoder, UnmasksAtEveryAlignmentAndLength) {
  for (std::size_t bytes = 0; bytes <= 40; ++bytes) {
    std::string payload;
    for (std::size_t i = 0; i < bytes; ++i) payload += static_cast<char>(i * 37);
    const std::string frame = ClientFrame{.opcode = 2, .payload = payload}.bytes();
    for (std::size_t shift = 0; shift < 16; ++shift) {
      std::vector<std::uint8_t> memory(shift);
      memory.insert(memory.end(), frame.begin(), frame.end());
      std::span<std::uint8_t> input = std::span(memory).subspan(shift);
      const auto event = WebSocketDecoder().next(input, {});
      ASSERT_EQ(base::asText(event.payload), payload);
      ASSERT_TRUE(input.empty());
    }
  }
}

TEST(WebSocketDecoder, HandsOutWholeFramesWithoutCopyingOrAllocating) {
  // simdjson picks its implementation at the first call, and keeps what that took.
  ASSERT_TRUE(base::isUtf8("x"));
  std::string stream =
      concat({{.payload = std::string(50'000, 'x')}, {.opcode = 9}, {.opcode = 2}});
  std::span<std::uint8_t> input(reinterpret_cast<std::uint8_t*>(stream.data()), stream.size());
  const auto* begin = input.data();
  WebSocketDecoder decoder;
  const test::Allocations allocations;
  const auto text = decoder.next(input, {});
  EXPECT_EQ(text.payload.data(), begin + 8);
  EXPECT_EQ(text.payload.size(), 50'000U);
  EXPECT_EQ(decoder.next(input, {}).kind, Kind::kPing);
  EXPECT_EQ(decoder.next(input, {}).kind, Kind::kBinary);
  EXPECT_EQ(decoder.next(input, {}).kind, Kind::kNeedMore);
  EXPECT_EQ(allocations.count(), 0U);
}

TEST(WebSocketDecoder, TakesMemoryForWhatArrivedNotForWhatIsClaimed) {
  std::string head =
      ClientFrame{.opcode = 2, .payload = "1234567", .claimedBytes = 900'000}.bytes();
  std::span<std::uint8_t> input(reinterpret_cast<std::uint8_t*>(head.data()), head.size());
  WebSocketDecoder decoder;
  const test::Allocations allocations;
  EXPECT_EQ(decoder.next(input, {}).kind, Kind::kNeedMore);
  EXPECT_LT(allocations.bytes(), 1'000U);
}

TEST(WebSocketDecoder, KeepsNothingAtRest) {
  // simdjson picks its implementation at the first call, and keeps what that took.
  ASSERT_TRUE(base::isUtf8("x"));
  WebSocketDecoder decoder;
  const test::Allocations allocations;
  {
    std::string stream =
        concat({{.payload = "Hel", .final = false}, {.opcode = 0, .payload = "lo"}});
    for (char& byte : stream) {
      std::span<std::uint8_t> input(reinterpret_cast<std::uint8_t*>(&byte), 1);
      while (decoder.next(input, {}).kind != Kind::kNeedMore) {
      }
    }
  }
  EXPECT_GT(allocations.count(), 0U);
  EXPECT_EQ(allocations.alive(), 0);
}

TEST(WebSocketDecoder, RefusesTooBigAMessageByItsHeads) {
  const WebSocketDecoder::Limits limits{.messageBytes = 10};
  EXPECT_EQ(decode({concat({{.payload = "1234567890"}})}, limits),
            (std::vector<Seen>{{Kind::kText, "1234567890"}}));
  // No byte of the content has come, not even the key.
  const std::string eleven = ClientFrame{.payload = "12345678901"}.bytes().substr(0, 2);
  EXPECT_EQ(decode({eleven}, limits), (std::vector<Seen>{error(1009, "the message is too big")}));
  const std::string huge =
      ClientFrame{.payload = "x", .claimedBytes = (std::uint64_t{1} << 63) - 1}.bytes();
  EXPECT_EQ(decode({huge.substr(0, 10)}, limits),
            (std::vector<Seen>{error(1009, "the message is too big")}));

  const std::string sum = concat({{.payload = "123456", .final = false},
                                  {.opcode = 9, .payload = "a ping is not part of it"},
                                  {.opcode = 0, .payload = "12345"}});
  for (const auto& pieces : test::everySplit(sum)) {
    ASSERT_EQ(decode(pieces, limits), (std::vector<Seen>{{Kind::kPing, "a ping is not part of it"},
                                                         error(1009, "the message is too big")}));
  }
}

TEST(WebSocketDecoder, RefusesTooManyFragments) {
  const WebSocketDecoder::Limits limits{.fragments = 3};
  const ClientFrame first{.final = false};
  const ClientFrame middle{.opcode = 0, .final = false};
  const ClientFrame last{.opcode = 0};
  EXPECT_EQ(decode({concat({first, middle, last, first, middle, last})}, limits),
            (std::vector<Seen>{{Kind::kText, ""}, {Kind::kText, ""}}));
  EXPECT_EQ(decode({concat({first, middle, middle, last})}, limits),
            (std::vector<Seen>{error(1008, "the message has too many fragments")}));
}

TEST(WebSocketDecoder, RefusesTextAtTheByteThatBreaksIt) {
  const auto sent = [&](std::string_view text) {
    ClientFrame frame{.payload = std::string(text), .claimedBytes = 100};
    return frame.bytes();
  };
  for (const std::string_view open : {"", "fine", "\xe2", "\xe2\x82", "\xf4\x8f\xbf"}) {
    EXPECT_EQ(decode({sent(open)}), std::vector<Seen>{}) << open;
  }
  for (const std::string_view broken : {"\xff", "\xc0", "\xe2\x28", "\xed\xa0", "\xf4\x90"}) {
    EXPECT_EQ(decode({sent(broken)}), (std::vector<Seen>{error(1007, "text that is not UTF-8")}));
  }
}

TEST(WebSocketDecoder, UnpacksWhatIsMarkedAsCompressed) {
  const std::string text = "Hällo " + std::string(500, 'x');
  const std::string packed = packAlone(text);
  const std::string stream =
      concat({{.payload = packed, .reserved = 4},
              {.opcode = 2, .payload = "plain"},
              {.payload = packed.substr(0, 3), .final = false, .reserved = 4},
              {.opcode = 9, .payload = "ping"},
              {.opcode = 0, .payload = packed.substr(3)}});
  const std::vector<Seen> events{
      {Kind::kText, text}, {Kind::kBinary, "plain"}, {Kind::kPing, "ping"}, {Kind::kText, text}};
  for (const auto& pieces : test::everySplit(stream)) {
    MessageDeflate deflate({});
    ASSERT_EQ(decode(pieces, {}, &deflate), events);
  }
}

TEST(WebSocketDecoder, RefusesCompressionWhereItMayNotBe) {
  MessageDeflate deflate({});
  const std::string packed = packAlone(std::string(1000, 'x'));
  EXPECT_EQ(decode({concat({{.payload = packed, .reserved = 4}})}),
            (std::vector<Seen>{error(1002, "a reserved bit is set")}));
  EXPECT_EQ(
      decode({concat({{.opcode = 9, .payload = "x", .reserved = 4}})}, {}, &deflate),
      (std::vector<Seen>{error(1002, "a frame is marked as compressed that begins no message")}));
  EXPECT_EQ(
      decode({concat({{.payload = packed, .final = false, .reserved = 4},
                      {.opcode = 0, .payload = "", .reserved = 4}})},
             {}, &deflate),
      (std::vector<Seen>{error(1002, "a frame is marked as compressed that begins no message")}));
  EXPECT_EQ(decode({concat({{.payload = packed, .reserved = 4}})}, {.messageBytes = 999}, &deflate),
            (std::vector<Seen>{error(1009, "the message is too big when unpacked")}));
  EXPECT_EQ(decode({concat({{.payload = packAlone("\xff"), .reserved = 4}})}, {}, &deflate),
            (std::vector<Seen>{error(1007, "text that is not UTF-8")}));
  EXPECT_EQ(decode({concat({{.payload = "\xff\xff\xff", .reserved = 4}})}, {}, &deflate),
            (std::vector<Seen>{error(1007, "a compressed message that cannot be unpacked")}));
}

TEST(WebSocketEncoder, WritesTheShortestHeader) {
  const auto header = [](Opcode opcode, std::size_t bytes) {
    std::array<std::uint8_t, kMaxFrameHeader> out{};
    const auto length = writeFrameHeader(opcode, bytes, out.data());
    return std::string(base::asText(std::span(out).first(length)));
  };
  using namespace std::string_literals;
  EXPECT_EQ(header(Opcode::kText, 0), "\x81\x00"s);
  EXPECT_EQ(header(Opcode::kBinary, 125), "\x82\x7D");
  EXPECT_EQ(header(Opcode::kText, 126), "\x81\x7E\x00\x7E"s);
  EXPECT_EQ(header(Opcode::kText, 65'535), "\x81\x7E\xFF\xFF");
  EXPECT_EQ(header(Opcode::kText, 65'536), "\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00"s);
  EXPECT_EQ(encodeFrame(Opcode::kText, "Hello"), "\x81\x05Hello");
  EXPECT_EQ(encodeFrame(Opcode::kPong, {}), "\x8A\x00"s);
}

TEST(WebSocketEncoder, ClosesWithACodeAndAReasonThatFits) {
  using namespace std::string_literals;
  EXPECT_EQ(encodeClose(CloseCode::kNone, "ignored"), "\x88\x00"s);
  EXPECT_EQ(encodeClose(CloseCode::kGoingAway), "\x88\x02\x03\xE9");
  EXPECT_EQ(encodeClose(CloseCode::kNormal, "bye"), "\x88\x05\x03\xE8"s + "bye");
  EXPECT_EQ(encodeClose(CloseCode::kNormal, std::string(200, 'x')).size(), 127U);
  // The 123rd byte is the first of two: the character is left out.
  const std::string cut = encodeClose(CloseCode::kNormal, std::string(122, 'x') + "\xC3\xA4");
  EXPECT_EQ(cut.size(), 2 + 2 + 122U);
}

TEST(WebSocketHandshake, AcceptsTheKeyOfTheRfc) {
  EXPECT_EQ(webSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketHandshake, KnowsAKey) {
  EXPECT_TRUE(isWebSocketKey("dGhlIHNhbXBsZSBub25jZQ=="));
  for (const auto* key :
       {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ= ", "dGhlIHNhbXBsZSBub25jZ!==",
        "AAAAAAAAAAAAAAAAAAAAAAAA", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZQAAAA=="}) {
    EXPECT_FALSE(isWebSocketKey(key)) << key;
  }
}

}  // namespace
}  // namespace rookery::net
