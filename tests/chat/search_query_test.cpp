#include "rookery/chat/search_query.h"

#include <gtest/gtest.h>

#include "rookery/chat/message_text.h"

namespace rookery::chat {
namespace {

std::string termsOf(std::string_view text) {
  const auto query = parseQuery(text);
  if (!query) return "refused";
  std::string all;
  for (const auto& term : query->terms) {
    all += (all.empty() ? "" : "|") + term.text + (term.isPrefix ? "*" : "");
  }
  return all;
}

TEST(SearchQueryTest, TakesWordsPhrasesAndBeginnings) {
  EXPECT_EQ(termsOf("one two"), "one|two");
  EXPECT_EQ(termsOf("  one\t\"two three\"four* "), "one|two three|four*");
  EXPECT_EQ(termsOf("\"never closed"), "never closed");
  EXPECT_EQ(termsOf("\"star*\""), "star*");
  EXPECT_EQ(termsOf("AND OR (x"), "AND|OR|(x");
  EXPECT_EQ(termsOf("!!! x"), "x");
}

TEST(SearchQueryTest, RefusesWhatHasNoWordOrTooMany) {
  for (const char* text : {"", "  ", "!!!", "\"\"", "*", "from:ada"}) {
    EXPECT_EQ(termsOf(text), "refused") << text;
  }
  std::string many;
  for (int i = 0; i < 21; ++i) many += "x ";
  EXPECT_EQ(termsOf(many), "refused");
}

TEST(SearchQueryTest, ReadsFilters) {
  const auto query = parseQuery("x from:@ada in:#general after:2026-01-31 before:2026-02-28");
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(query->from, "ada");
  EXPECT_EQ(query->in, "general");
  EXPECT_EQ(query->notBefore, 1'769'817'600'000);
  EXPECT_EQ(query->before, 1'772'236'800'000);
  EXPECT_EQ(termsOf("\"from:ada\""), "from:ada") << "a phrase is no filter";
  EXPECT_EQ(termsOf("from: x"), "from:|x") << "nor is a filter that says nothing";
}

TEST(SearchQueryTest, RefusesDaysThatAreNone) {
  for (const char* day : {"yesterday", "2026-13-01", "2026-02-30", "2026-1-1", "1969-12-31",
                          "2026-01-01x", "+026-01-01"}) {
    EXPECT_EQ(termsOf(std::string("x before:") + day), "refused") << day;
    EXPECT_EQ(termsOf(std::string("x after:") + day), "refused") << day;
  }
}

TEST(ReadableTextTest, TakesTheTextOutOfADelta) {
  EXPECT_EQ(readableText("plain"), "plain");
  EXPECT_EQ(readableText(R"({"ops":[{"insert":"a "},{"insert":{"image":"x"}},{"insert":"b\n"}]})"),
            "a b");
  EXPECT_EQ(readableText(R"({"ops":7})"), R"({"ops":7})");
  EXPECT_EQ(readableText("{not json"), "{not json");
  EXPECT_EQ(readableText("marks \x02 and \x03 go\n"), "marks   and   go");
}

}  // namespace
}  // namespace rookery::chat
