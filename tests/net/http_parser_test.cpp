#include "rookery/net/http_parser.h"

#include <gtest/gtest.h>

#include <ostream>

#include "rookery/base/encoding.h"
#include "support/allocations.h"
#include "support/splits.h"

namespace rookery::net {

/// A request as one text, or a refusal.
struct Outcome {
  std::vector<std::string> requests = {};
  unsigned refused = 0;
  std::string why = {};
  bool unfinished = false;

  bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  for (const auto& request : outcome.requests) *out << testing::PrintToString(request) << "\n";
  *out << "refused: " << outcome.refused << " " << outcome.why
       << (outcome.unfinished ? ", unfinished" : "");
}

namespace {

std::string describe(const HttpRequest& request) {
  std::string text = request.head.method + " " + request.head.target + " " +
                     std::to_string(request.head.version) +
                     (request.head.keepAlive ? " keep" : " close");
  for (const auto& [name, value] : request.head.headers) text += "|" + name + "=" + value;
  return text + "|" + request.body;
}

/// Each piece lies in memory of exactly its size, so that AddressSanitizer sees a step outside.
Outcome parse(const test::Pieces& pieces, const HttpParser::Limits& limits = {}) {
  using Status = HttpParser::Status;
  HttpParser parser(limits);
  Outcome outcome;
  bool headSeen = false;
  for (const auto& piece : pieces) {
    const std::vector<std::uint8_t> memory(piece.begin(), piece.end());
    std::span<const std::uint8_t> input(memory);
    for (auto status = parser.feed(input); status != Status::kNeedMore;
         status = parser.feed(input)) {
      if (status == Status::kError) {
        outcome.refused = parser.errorStatus();
        outcome.why = parser.errorText();
        EXPECT_EQ(parser.feed(input), Status::kError);
        return outcome;
      }
      EXPECT_EQ(status == Status::kHead, !headSeen);
      headSeen = status == Status::kHead;
      if (status == Status::kHead) {
        EXPECT_TRUE(parser.inRequest());
        continue;
      }
      EXPECT_FALSE(parser.inRequest());
      outcome.requests.push_back(describe(parser.takeRequest()));
    }
    EXPECT_TRUE(input.empty());
  }
  outcome.unfinished = parser.inRequest();
  return outcome;
}

void expectForEverySplit(const std::string& stream, const Outcome& expected,
                         const HttpParser::Limits& limits = {}) {
  for (const auto& pieces : test::everySplit(stream)) {
    ASSERT_EQ(parse(pieces, limits), expected) << "first piece: " << pieces.front().size();
  }
}

struct Row {
  std::string name;
  std::string stream;
  Outcome outcome = {};
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

std::string rowName(const testing::TestParamInfo<Row>& info) {
  std::string name = std::to_string(info.index) + "_";
  for (const char c : info.param.name)
    name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";
const std::string kChunkedSeen = "POST / 11 keep|Host=a|Transfer-Encoding=chunked|";

std::vector<Row> goodRows() {
  return {
      {"get", kGet + "\r\n", {{"GET / 11 keep|Host=a|"}}},
      {"one empty line before", "\r\n" + kGet + "\r\n", {{"GET / 11 keep|Host=a|"}}},
      {"empty line between",
       kGet + "\r\n\r\n" + kGet + "\r\n",
       {{"GET / 11 keep|Host=a|", "GET / 11 keep|Host=a|"}}},
      {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", {{"GET / 11 keep|Host=|"}}},
      {"spaces around a value", kGet + "X: \t b c \t\r\n\r\n", {{"GET / 11 keep|Host=a|X=b c|"}}},
      {"the same name twice", kGet + "X: 1\r\nX: 2\r\n\r\n", {{"GET / 11 keep|Host=a|X=1|X=2|"}}},
      {"close", kGet + "Connection: close\r\n\r\n", {{"GET / 11 close|Host=a|Connection=close|"}}},
      {"Close in a list",
       kGet + "Connection: x, Close\r\n\r\n",
       {{"GET / 11 close|Host=a|Connection=x, Close|"}}},
      {"HTTP 1.0", "GET / HTTP/1.0\r\n\r\n", {{"GET / 10 close|"}}},
      {"HTTP 1.0 keep-alive",
       "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
       {{"GET / 10 keep|Connection=Keep-Alive|"}}},
      {"body",
       kPost + "Content-Length: 5\r\n\r\nhello",
       {{"POST / 11 keep|Host=a|Content-Length=5|hello"}}},
      {"empty body",
       kPost + "Content-Length: 0\r\n\r\n",
       {{"POST / 11 keep|Host=a|Content-Length=0|"}}},
      {"body that looks like a request",
       kPost + "content-length: 18\r\n\r\nGET /x HTTP/1.1\r\n\r",
       {{"POST / 11 keep|Host=a|content-length=18|GET /x HTTP/1.1\r\n\r"}}},
      {"post without a length", kPost + "\r\n", {{"POST / 11 keep|Host=a|"}}},
      {"chunks",
       kChunked + "5\r\nhello\r\n01\r\n!\r\nA\r\n0123456789\r\n0\r\n\r\n",
       {{kChunkedSeen + "hello!0123456789"}}},
      {"no chunk", kChunked + "0\r\n\r\n", {{kChunkedSeen}}},
      {"chunk extensions",
       kChunked + "5;a=b;c=\"d;\";e\r\nhello\r\n0;x\r\n\r\n",
       {{kChunkedSeen + "hello"}}},
      {"chunk with line ends in it",
       kChunked + "6\r\n\r\n\r\n\r\n\r\n0\r\n\r\n",
       {{kChunkedSeen + "\r\n\r\n\r\n"}}},
      {"fields behind the chunks are forgotten",
       kChunked + "1\r\nx\r\n0\r\nX: y\r\nConnection: close\r\n\r\n",
       {{kChunkedSeen + "x"}}},
      {"chunked in capitals",
       kPost + "Transfer-Encoding: \tChunked \r\n\r\n1\r\nx\r\n0\r\n\r\n",
       {{"POST / 11 keep|Host=a|Transfer-Encoding=Chunked|x"}}},
      {"expect",
       kPost + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
       {{"POST / 11 keep|Host=a|Expect=100-continue|Content-Length=1|x"}}},
      {"pipelined after a chunked one",
       kChunked + "1\r\nx\r\n0\r\n\r\n" + kGet + "\r\n",
       {{kChunkedSeen + "x", "GET / 11 keep|Host=a|"}}},
      {"unfinished head", kGet, {.unfinished = true}},
      {"unfinished body", kPost + "Content-Length: 5\r\n\r\nhell", {.unfinished = true}},
      {"unfinished chunks", kChunked + "5\r\nhello\r\n0\r\n", {.unfinished = true}},
      {"nothing", "\r\n", {}},
  };
}
class HttpParserAccepts : public testing::TestWithParam<Row> {};
TEST_P(HttpParserAccepts, HoweverTheStreamIsCut) {
  expectForEverySplit(GetParam().stream, GetParam().outcome);
}
INSTANTIATE_TEST_SUITE_P(Good, HttpParserAccepts, testing::ValuesIn(goodRows()), rowName);

Outcome refusal(unsigned status, std::string_view why) {
  return {.requests = {}, .refused = status, .why = std::string(why)};
}

std::vector<Row> badHeads() {
  const std::string tail = "\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto line = refusal(400, "the request line is malformed");
  const auto name = refusal(400, "the name of a header field is malformed");
  const auto length = refusal(400, "Content-Length is not a number");
  const auto lf = refusal(400, "LF without CR");
  const auto cr = refusal(400, "CR without LF");
  const auto control = refusal(400, "a control character in the head");
  const auto coding = refusal(400, "chunked is not the last transfer coding");
  return {
      {"LF ends the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", lf},
      {"LF ends a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", lf},
      {"LF ends the head", kGet + "\n", lf},
      {"CR ends a field", kGet + "X: a\rTransfer-Encoding: chunked" + tail, cr},
      {"CR CR LF", kGet + "X: a\r\r\n\r\n", cr},
      {"CR before the colon", kGet + "X\r: a\r\n\r\n", cr},
      {"NUL in a value", kGet + std::string("X: a\0b\r\n\r\n", 10), control},
      {"TLS", "\x16\x03\x01\x02", control},
      {"DEL in the target", "GET /\x7F HTTP/1.1\r\n", control},
      {"two empty lines", "\r\n\r\n" + kGet, refusal(400, "empty lines instead of a request")},
      {"no version", "GET /" + tail, line},
      {"two spaces", "GET  / HTTP/1.1" + tail, line},
      {"space behind the version", "GET / HTTP/1.1 " + tail, line},
      {"tab in the request line", "GET\t/ HTTP/1.1" + tail, line},
      {"space before the method", " GET / HTTP/1.1" + tail, line},
      {"method is no token", "G(T / HTTP/1.1" + tail, line},
      {"lower case version", "GET / http/1.1" + tail, line},
      {"version with three digits", "GET / HTTP/1.10" + tail, line},
      {"HTTP 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
       refusal(505, "the HTTP version is not supported")},
      {"HTTP 0.9", "GET / HTTP/0.9" + tail, refusal(505, "the HTTP version is not supported")},
      {"space before the colon", kGet + "X : a" + tail, name},
      {"tab before the colon", kPost + "Content-Length\t: 5" + tail, name},
      {"name is empty", kGet + ": a" + tail, name},
      {"name is no token", kGet + "X@: a" + tail, name},
      {"no colon", kGet + "X" + tail, refusal(400, "a header field without a colon")},
      {"folded", kGet + "X: a\r\n b" + tail, refusal(400, "a header field is folded")},
      {"folded by a tab", kGet + "X: a\r\n\tb" + tail, refusal(400, "a header field is folded")},
      {"first field is indented", "GET / HTTP/1.1\r\n Host: a" + tail,
       refusal(400, "a header field is folded")},
      {"connection is no list", kGet + "Connection: a b" + tail,
       refusal(400, "a header field is malformed")},
      {"no host", "GET / HTTP/1.1\r\nX: a" + tail, refusal(400, "Host is missing")},
      {"two hosts", kGet + "host: a" + tail, refusal(400, "Host is doubled")},
      {"two hosts in one", "GET / HTTP/1.1\r\nHost: a, b" + tail,
       refusal(400, "Host is malformed")},
      {"host with a user", "GET / HTTP/1.1\r\nHost: u@b" + tail, refusal(400, "Host is malformed")},
      {"two lengths", kPost + "Content-Length: 5\r\nContent-Length: 6" + tail,
       refusal(400, "Content-Length is doubled")},
      {"the same length twice", kPost + "Content-Length: 5\r\ncontent-length: 5" + tail,
       refusal(400, "Content-Length is doubled")},
      {"list of lengths", kPost + "Content-Length: 5, 5" + tail, length},
      {"signed length", kPost + "Content-Length: +5" + tail, length},
      {"negative length", kPost + "Content-Length: -5" + tail, length},
      {"hex length", kPost + "Content-Length: 0x5" + tail, length},
      {"empty length", kPost + "Content-Length:" + tail, length},
      {"huge length", kPost + "Content-Length: 99999999999999999999" + tail, length},
      {"length and chunked", kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked" + tail,
       refusal(400, "both Content-Length and Transfer-Encoding")},
      {"chunked and length", kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5" + tail,
       refusal(400, "both Content-Length and Transfer-Encoding")},
      {"chunked in HTTP 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked" + tail,
       refusal(400, "Transfer-Encoding in HTTP/1.0")},
      {"chunked twice", kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked" + tail,
       refusal(400, "Transfer-Encoding is doubled")},
      {"unknown coding", kPost + "Transfer-Encoding: gzip, chunked" + tail,
       refusal(501, "the transfer coding is not supported")},
      {"chunked is not last", kPost + "Transfer-Encoding: chunked, gzip" + tail, coding},
      {"almost chunked", kPost + "Transfer-Encoding: xchunked" + tail, coding},
      {"quoted chunked", kPost + "Transfer-Encoding: \"chunked\"" + tail, coding},
      {"identity", kPost + "Transfer-Encoding: identity" + tail, coding},
      {"empty coding", kPost + "Transfer-Encoding:" + tail, coding},
      {"vertical tab before chunked", kPost + "Transfer-Encoding: \x0B" + "chunked" + tail,
       control},
  };
}

std::vector<Row> badChunks() {
  const auto bad = refusal(400, "a chunk is malformed");
  std::vector<Row> rows;
  for (const std::string chunks : {"x\r\n",
                                   "\r\n",
                                   "-1\r\n",
                                   "0x1\r\n",
                                   " 1\r\nx\r\n",
                                   "1 \r\nx\r\n",
                                   "1\n\r\n",
                                   "1\rx\r\n",
                                   "1\r\nxy\r\n",
                                   "1\r\nx\n1\r\n",
                                   "1\r\nx\r1\r\n",
                                   "10000000000000000\r\n",
                                   "1;\r\nx\r\n",
                                   "1;a\nb\r\nx\r\n",
                                   "1;a=\"\n\"\r\nx\r\n",
                                   "1;a=\"\\\n\"\r\nx\r\n",
                                   "0\r\nX : y\r\n\r\n",
                                   "0\r\nX\r\n\r\n",
                                   "0\r\nX: a\nb\r\n\r\n",
                                   "0\r\nContent-Length: 5\r\n\r\n"}) {
    rows.push_back({testing::PrintToString(chunks), kChunked + chunks + "0\r\n\r\n", bad});
  }
  return rows;
}
class HttpParserRefuses : public testing::TestWithParam<Row> {};
TEST_P(HttpParserRefuses, HoweverTheStreamIsCut) {
  expectForEverySplit(GetParam().stream, GetParam().outcome);
}
INSTANTIATE_TEST_SUITE_P(Heads, HttpParserRefuses, testing::ValuesIn(badHeads()), rowName);
INSTANTIATE_TEST_SUITE_P(Chunks, HttpParserRefuses, testing::ValuesIn(badChunks()), rowName);

TEST(HttpParser, RefusesTooLongAHead) {
  const HttpParser::Limits limits{.headBytes = 100};
  const std::string rest = "X: " + std::string(100 - kGet.size() - 7, 'x') + "\r\n\r\n";
  ASSERT_EQ((kGet + rest).size(), 100U);
  expectForEverySplit(kGet + rest + kGet + rest,
                      {.requests = std::vector<std::string>(
                           2, "GET / 11 keep|Host=a|X=" + rest.substr(3, rest.size() - 7) + "|")},
                      limits);
  expectForEverySplit(kGet + "x" + rest, refusal(431, "the head is too long"), limits);
  expectForEverySplit(std::string(101, 'x'), refusal(431, "the head is too long"), limits);
}

TEST(HttpParser, RefusesTooManyFields) {
  std::string stream = kGet;
  for (int i = 0; i < 255; ++i) stream += "a:\r\n";
  EXPECT_EQ(parse({stream + "\r\n"}).requests.size(), 1U);
  EXPECT_EQ(parse({stream + "a:\r\n\r\n"}), refusal(431, "too many header fields"));
}

TEST(HttpParser, RefusesTooBigABodyByItsLength) {
  const HttpParser::Limits limits{.bodyBytes = 10};
  const std::string ten = kPost + "Content-Length: 10\r\n\r\n0123456789";
  expectForEverySplit(ten, {.requests = {"POST / 11 keep|Host=a|Content-Length=10|0123456789"}},
                      limits);
  HttpParser parser(limits);
  const std::string eleven = kPost + "Content-Length: 11\r\n\r\n";
  auto input = base::asBytes(eleven);
  ASSERT_EQ(parser.feed(input), HttpParser::Status::kHead);
  ASSERT_TRUE(input.empty());
  EXPECT_EQ(parser.feed(input), HttpParser::Status::kError);
  EXPECT_EQ(parser.errorStatus(), 413U);
  EXPECT_EQ(parser.head().method, "POST");
}

TEST(HttpParser, RefusesTooBigABodyByItsChunks) {
  const HttpParser::Limits limits{.bodyBytes = 10};
  expectForEverySplit(kChunked + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n",
                      {.requests = {kChunkedSeen + "0123456789"}}, limits);
  // By the size of the chunk: none of it has come.
  expectForEverySplit(kChunked + "5\r\n01234\r\n6\r\n", refusal(413, "the body is too big"),
                      limits);
  expectForEverySplit(kChunked + "ffffffffffffffff\r\n", refusal(413, "the body is too big"),
                      limits);
}

TEST(HttpParser, RefusesTooLongAChunkLine) {
  const HttpParser::Limits limits{.headBytes = 100};
  const std::string head = kPost + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string fits = "1;" + std::string(95, 'a') + "\r\nx\r\n0\r\n\r\n";
  expectForEverySplit(head + fits, {.requests = {kChunkedSeen + "x"}}, limits);
  for (const auto& line : {"1;" + std::string(99, 'a') + "\r\n", std::string(101, '0') + "\r\n",
                           "0\r\nX: " + std::string(99, 'a') + "\r\n\r\n"}) {
    expectForEverySplit(head + line, refusal(400, "a chunk is malformed"), limits);
  }
}

TEST(HttpParser, LetsTheOwnerSetALimitPerRequest) {
  HttpParser parser({.bodyBytes = 3});
  const std::string stream = kPost + "Content-Length: 5\r\n\r\nhello";
  auto input = base::asBytes(stream);
  ASSERT_EQ(parser.feed(input), HttpParser::Status::kHead);
  parser.setBodyLimit(5);
  ASSERT_EQ(parser.feed(input), HttpParser::Status::kComplete);
  EXPECT_EQ(parser.takeRequest().body, "hello");

  // The next request begins with the old limit.
  input = base::asBytes(stream);
  ASSERT_EQ(parser.feed(input), HttpParser::Status::kHead);
  EXPECT_EQ(parser.feed(input), HttpParser::Status::kError);
  EXPECT_EQ(parser.errorStatus(), 413U);
}

TEST(HttpParser, StopsExactlyAtTheEndOfARequest) {
  HttpParser parser({});
  const std::string frames = "\x81\x80 bytes that are no HTTP";
  const std::string stream = kGet + "Upgrade: websocket\r\n\r\n" + frames;
  auto input = base::asBytes(stream);
  ASSERT_EQ(parser.feed(input), HttpParser::Status::kHead);
  ASSERT_EQ(parser.feed(input), HttpParser::Status::kComplete);
  EXPECT_EQ(base::asText(input), frames);
}

TEST(HttpParser, TakesMemoryForWhatArrivedNotForWhatIsClaimed) {
  HttpParser parser({});
  const std::string stream = kPost + "Content-Length: 900000\r\n\r\nx";
  auto input = base::asBytes(stream);
  const test::Allocations allocations;
  ASSERT_EQ(parser.feed(input), HttpParser::Status::kHead);
  ASSERT_EQ(parser.feed(input), HttpParser::Status::kNeedMore);
  EXPECT_LT(allocations.bytes(), 5'000U);
}

/// Pipelined requests of all kinds, and what they say.
struct RandomStream {
  RandomStream(test::SeededRandom& random, std::size_t count, std::size_t maxBytes) {
    for (std::size_t i = 0; i < count; ++i) addRequest(random, maxBytes);
  }

  void addRequest(test::SeededRandom& random, std::size_t maxBytes) {
    const std::string target =
        "/" + std::string(random.upTo(20), 'p') + "?n=" + std::to_string(requests.size());
    std::string body;
    for (std::size_t left = random.upTo(maxBytes); left > 0; --left) {
      body += static_cast<char>(random.upTo(255));
    }
    if (random.oneIn(4)) bytes += "\r\n";
    if (random.oneIn(3)) {
      bytes += "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
      requests.push_back("GET " + target + " 11 keep|Host=a|");
    } else if (random.oneIn(2)) {
      const std::string length = std::to_string(body.size());
      bytes +=
          "PUT " + target + " HTTP/1.1\r\nHost:a\r\nContent-Length:" + length + "\r\n\r\n" + body;
      requests.push_back("PUT " + target + " 11 keep|Host=a|Content-Length=" + length + "|" + body);
    } else {
      bytes += "POST " + target + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
      addChunks(random, body);
      requests.push_back("POST " + target + " 11 keep|Host=a|Transfer-Encoding=chunked|" + body);
    }
  }

  void addChunks(test::SeededRandom& random, std::string_view body) {
    while (!body.empty()) {
      const auto chunk = body.substr(0, 1 + random.upTo(body.size() - 1));
      body.remove_prefix(chunk.size());
      std::array<char, 24> head;
      std::snprintf(head.data(), head.size(), "%zx%s\r\n", chunk.size(),
                    random.oneIn(3) ? ";e=\"v\"" : "");
      bytes.append(head.data()).append(chunk).append("\r\n");
    }
    bytes += random.oneIn(3) ? "0\r\nTrailer: x\r\n\r\n" : "0\r\n\r\n";
  }

  std::string bytes;
  std::vector<std::string> requests;
};

TEST(HttpParser, GivesTheSameRequestsForEverySplitOfAPipelinedStream) {
  test::SeededRandom random;
  const RandomStream stream(random, 8, 60);
  expectForEverySplit(stream.bytes, {.requests = stream.requests});
}

TEST(HttpParser, GivesTheSameRequestsForRandomSplitsOfPipelinedStreams) {
  test::SeededRandom random;
  for (int round = 0; round < 40; ++round) {
    const RandomStream stream(random, 20, 20'000);
    const std::size_t longest = random.anyOf<std::size_t>({3, 50, 5'000, 100'000});
    ASSERT_EQ(parse(test::randomSplit(stream.bytes, longest, random)),
              (Outcome{.requests = stream.requests}));
  }
}

}  // namespace
}  // namespace rookery::net
