#include "rookery/net/message_deflate.h"

#include <gtest/gtest.h>

#include "rookery/base/encoding.h"
#include "rookery/net/shared_frame.h"
#include "rookery/net/websocket_codec.h"
#include "support/client_frames.h"

namespace rookery::net {
namespace {

constexpr std::size_t kLimit = 1'000'000;

std::vector<std::uint8_t> bytesOf(std::string_view text) { return {text.begin(), text.end()}; }

std::optional<std::string> answerTo(std::string_view offers, bool takeover = false) {
  const auto agreed = negotiateDeflate(offers, {.enabled = true, .contextTakeover = takeover});
  return agreed ? std::optional(agreed->response) : std::nullopt;
}

TEST(DeflateNegotiation, KeepsNoWindowUnlessConfigured) {
  const std::string alone =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  EXPECT_EQ(answerTo("permessage-deflate"), alone);
  EXPECT_EQ(answerTo("permessage-deflate; client_max_window_bits"), alone);
  EXPECT_EQ(answerTo("permessage-deflate", true), "permessage-deflate");
  EXPECT_EQ(answerTo("permessage-deflate; server_no_context_takeover", true),
            "permessage-deflate; server_no_context_takeover");
  EXPECT_EQ(answerTo("permessage-deflate; client_no_context_takeover", true),
            "permessage-deflate; client_no_context_takeover");
}

TEST(DeflateNegotiation, TakesTheWindowThatTheClientCanRead) {
  const auto agreed =
      negotiateDeflate("permessage-deflate; server_max_window_bits=10", {.enabled = true});
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->terms.serverWindowBits, 10);
  EXPECT_TRUE(agreed->response.ends_with("; server_max_window_bits=10"));
  EXPECT_TRUE(answerTo("permessage-deflate; server_max_window_bits=\"15\""));
}

TEST(DeflateNegotiation, DeclinesWhatItCannotKeepAndTakesTheNextOffer) {
  for (const std::string_view offer :
       {"", "x-webkit-deflate-frame", "permessage-deflate; unknown",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=09",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover"}) {
    EXPECT_FALSE(answerTo(offer)) << offer;
    EXPECT_TRUE(answerTo(std::string(offer) + ", permessage-deflate")) << offer;
  }
  EXPECT_FALSE(negotiateDeflate("permessage-deflate", {.enabled = false}));
}

TEST(MessageDeflate, MessagesComeBackInEveryWindow) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i * 7919) + "\n";
  for (int bits = 9; bits <= 15; ++bits) {
    for (const bool takeover : {false, true}) {
      const DeflateTerms terms{bits, takeover, takeover};
      MessageDeflate sender(terms);
      MessageDeflate reader(terms);
      std::size_t first = 0;
      for (const std::string& message : {text, std::string(), text, std::string("x")}) {
        const std::string packed = sender.pack(message);
        auto received = bytesOf(packed);
        ASSERT_EQ(reader.unpack(received, kLimit), Inflater::Outcome::kDone);
        EXPECT_EQ(base::asText(received), message);
        if (first == 0) first = packed.size();
      }
      EXPECT_LT(first, text.size());
    }
  }
}

TEST(MessageDeflate, AWindowMakesTheSecondMessageShort) {
  const std::string message = "a message of some words, which comes twice";
  MessageDeflate with({.serverTakeover = true});
  const std::size_t first = with.pack(message).size();
  EXPECT_LT(with.pack(message).size(), first / 2);
  MessageDeflate without({});
  EXPECT_EQ(without.pack(message).size(), without.pack(message).size());
}

TEST(MessageDeflate, StopsAtTheLimit) {
  MessageDeflate deflate({});
  const std::string bomb = deflate.pack(std::string(50'000'000, '\0'));
  EXPECT_LT(bomb.size(), 300'000U);
  auto message = bytesOf(bomb);
  EXPECT_EQ(deflate.unpack(message, kLimit), Inflater::Outcome::kTooBig);

  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, kLimit}) {
    auto exact = bytesOf(deflate.pack(std::string(size, 'x')));
    EXPECT_EQ(deflate.unpack(exact, size), Inflater::Outcome::kDone) << size;
    EXPECT_EQ(exact.size(), size);
    auto over = bytesOf(deflate.pack(std::string(size + 1, 'x')));
    EXPECT_EQ(deflate.unpack(over, size), Inflater::Outcome::kTooBig) << size;
  }
}

TEST(MessageDeflate, TellsWhatIsNoStream) {
  MessageDeflate deflate({});
  auto rubbish = bytesOf("\xff\xff\xff\xff");
  EXPECT_EQ(deflate.unpack(rubbish, kLimit), Inflater::Outcome::kBroken);
  // What another connection sent does not matter to this one.
  auto good = bytesOf(deflate.pack("good"));
  EXPECT_EQ(deflate.unpack(good, kLimit), Inflater::Outcome::kDone);
}

// RFC 7692 §7.2.3: the examples of the document.
TEST(MessageDeflate, ReadsTheDocumentsExamples) {
  MessageDeflate reader({.clientTakeover = true});
  for (const std::string_view packed :
       {std::string_view("\xf2\x48\xcd\xc9\xc9\x07\x00", 7),
        std::string_view("\xf2\x00\x11\x00\x00", 5),
        std::string_view("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11),
        std::string_view("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8),
        std::string_view("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13)}) {
    auto message = bytesOf(packed);
    ASSERT_EQ(reader.unpack(message, kLimit), Inflater::Outcome::kDone);
    EXPECT_EQ(base::asText(message), "Hello");
  }
}

TEST(SharedFrame, IsPackedOnceForAll) {
  const SharedFrame frame = SharedFrame::text("42[\"event\",\"" + std::string(2000, 'x') + "\"]");
  int calls = 0;
  const auto pack = [&](std::string_view message) {
    ++calls;
    return packAlone(message);
  };
  const SharedFrame& packed = frame.packedOnce(1024, pack);
  EXPECT_EQ(&packed, &frame.packedOnce(1024, pack));
  EXPECT_EQ(calls, 1);
  EXPECT_LT(packed.wire().size(), 100U);
  EXPECT_EQ(static_cast<std::uint8_t>(packed.wire()[0]), 0xC1);

  const SharedFrame small = SharedFrame::text("42[\"event\"]");
  EXPECT_EQ(small.packedOnce(1024, pack).wire(), small.wire());
  FrameBuilder builder;
  builder.text() += std::string(2000, 'x');
  builder.dontCompress();
  const SharedFrame plain = builder.finish();
  EXPECT_EQ(plain.packedOnce(1024, pack).wire(), plain.wire());
  EXPECT_EQ(calls, 1);
}

TEST(SharedFrame, PacksEachMessageThatIsLongEnough) {
  FrameBuilder builder;
  builder.text() += "451-[\"e\"]";
  const SharedFrame frame = builder.finish(FrameClass::kReceipt, {std::string(2000, '\0')});
  const SharedFrame packed = frame.packed(1024, packAlone);
  EXPECT_EQ(packed.frameClass(), FrameClass::kReceipt);
  EXPECT_EQ(static_cast<std::uint8_t>(packed.wire()[0]), 0x81);
  EXPECT_EQ(packed.wire().substr(2, 9), "451-[\"e\"]");
  EXPECT_EQ(static_cast<std::uint8_t>(packed.wire()[11]), 0xC2);
}

}  // namespace
}  // namespace rookery::net
