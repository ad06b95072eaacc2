// What search finds equals what a plain walk over all messages finds, on both stores: PostgreSQL
// takes one of several ways, by how rare the words are and how much of it the asker may read.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "rookery/store/search.h"
#include "support/open_store.h"
#include "support/store_records.h"

namespace rookery::store {
namespace {

constexpr std::uint64_t kMessages = 12'000;  // more than PostgreSQL walks through
constexpr std::uint64_t kPlaces = 12;
constexpr std::uint64_t kPeople = 8;

class SearchTest : public test::OpenStore {
 protected:
  struct Said {
    ObjectId id;
    std::vector<std::string> words;
    std::uint64_t place = 0;  ///< the number of its conversation
    std::uint64_t sender = 0;
    WallMs at = 0;
    bool isDeleted = false;
  };

  std::uint64_t random(std::uint64_t end) { return random_() % end; }
  bool oneIn(std::uint64_t times) { return random(times) == 0; }

  /// Words from "in every second message" to "in one of some thousand".
  std::vector<std::string> someWords(std::uint64_t number) {
    std::vector<std::string> words;
    for (int i = 0; i < 6; ++i) words.push_back("often" + std::to_string(random(4)));
    if (oneIn(20)) words.push_back("sometimes");
    if (oneIn(300)) words.push_back("seldom");
    if (oneIn(3'000)) words.push_back("rare");
    if (number < 3'000) words.push_back("formerly");
    std::shuffle(words.begin(), words.end(), random_);
    return words;
  }

  /// Most of the first half is in the conversations from the fourth on, and the newest tenth in the
  /// last one alone, so that there are askers who may read little or nothing of a stretch.
  std::uint64_t somePlace(std::uint64_t number) {
    if (number > kMessages * 9 / 10) return kPlaces;
    return number < kMessages / 2 && !oneIn(50) ? 4 + random(kPlaces - 3) : 1 + random(kPlaces);
  }

  void say(std::uint64_t from, std::uint64_t upTo) {
    change([&](Database& it) {
      std::vector<SearchText> texts;
      for (std::uint64_t number = from; number < upTo; ++number) {
        Said one;
        one.words = someWords(number);
        one.place = somePlace(number);
        one.sender = 1 + random(kPeople);
        std::string body;
        for (const std::string& word : one.words) body += (body.empty() ? "" : " ") + word;
        MessageRecord record = test::messageRecord(++lastSeq_[one.place], one.place);
        record.body = body;
        record.senderId = test::idOf(test::kSenders + one.sender);
        // Not quite in order: clocks go back, and older messages are imported later.
        record.createdAt = one.at = 1'000'000 + static_cast<WallMs>(number * 10 + random(500));
        one.id = record.id;
        if (WriteResult result = it.insertMessage(record, it.lastCommitNo() + 1); !result.ok()) {
          return result;
        }
        texts.push_back(
            {record.id, record.conversationId, record.senderId, record.createdAt, body});
        said_.push_back(std::move(one));
      }
      return it.index(texts, it.lastCommitNo());
    });
  }

  void SetUp() override {
    OpenStore::SetUp();
    for (std::uint64_t from = 0; from < kMessages; from += 1'000) say(from, from + 1'000);
    for (int i = 0; i < 100; ++i) {  // of which the index does not know yet
      Said& one = said_[random(said_.size())];
      if (one.isDeleted) continue;
      one.isDeleted = true;
      MessageChange what;
      change([&](Database& it) { return it.deleteMessage(one.id, test::idOf(1), 5, what); });
    }
  }

  static bool has(const Said& one, const SearchQuery::Term& term) {
    std::vector<std::string> wanted;
    for (std::size_t at = 0; at < term.text.size();) {
      const std::size_t end = std::min(term.text.find(' ', at), term.text.size());
      wanted.push_back(term.text.substr(at, end - at));
      at = end + 1;
    }
    const auto fits = [&](const std::string& word, const std::string& want) {
      return term.isPrefix && &want == &wanted.back() ? word.starts_with(want) : word == want;
    };
    return std::search(one.words.begin(), one.words.end(), wanted.begin(), wanted.end(), fits) !=
           one.words.end();
  }

  /// Newest first.
  std::vector<ObjectId> expected(const SearchQuery& query) {
    std::vector<ObjectId> ids;
    for (auto it = said_.rbegin(); it != said_.rend() && ids.size() < query.limit; ++it) {
      const bool isThere = std::any_of(
          query.conversations.begin(), query.conversations.end(),
          [&](const ObjectId& one) { return one == test::idOf(test::kConversations + it->place); });
      const bool isHis = !query.sender || *query.sender == test::idOf(test::kSenders + it->sender);
      const bool hasAll = std::all_of(query.terms.begin(), query.terms.end(),
                                      [&](const auto& term) { return has(*it, term); });
      const bool isThen = it->at >= query.from && it->at < query.to;
      if (isThere && isHis && hasAll && isThen && !it->isDeleted) ids.push_back(it->id);
    }
    return ids;
  }

  SearchQuery someQuery() {
    const std::vector<SearchQuery::Term> terms = {{"often1"},
                                                  {"often2"},
                                                  {"sometimes"},
                                                  {"seldom"},
                                                  {"rare"},
                                                  {"formerly"},
                                                  {"absent"},
                                                  {"often", true},
                                                  {"some", true},
                                                  {"fo", true},
                                                  {"often1 often2"},
                                                  {"seldom often0"},
                                                  {"often3 some", true},
                                                  {"formerly often1"}};
    SearchQuery query;
    query.terms.push_back(terms[random(terms.size())]);
    if (oneIn(3)) query.terms.push_back(terms[random(terms.size())]);
    const std::uint64_t count = oneIn(3) ? 1 + random(3) : kPlaces - random(4);
    for (std::uint64_t i = 1; i <= count; ++i) {
      query.conversations.push_back(test::idOf(test::kConversations + i));
    }
    if (oneIn(4)) query.sender = test::idOf(test::kSenders + 1 + random(kPeople));
    if (oneIn(3)) query.to = 1'000'000 + static_cast<WallMs>(random(kMessages * 10));
    if (oneIn(3)) query.from = 1'000'000 + static_cast<WallMs>(random(kMessages * 10));
    query.limit = 1 + static_cast<std::uint32_t>(random(40));
    return query;
  }

  std::mt19937_64 random_{17};
  std::vector<Said> said_;
  std::map<std::uint64_t, std::uint64_t> lastSeq_;
};

INSTANTIATE_TEST_SUITE_P(All, SearchTest, test::storeBackends(), test::backendName);

std::string textOf(const SearchQuery& query) {
  std::string text;
  for (const auto& term : query.terms) text += "[" + term.text + (term.isPrefix ? "*] " : "] ");
  text += "in " + std::to_string(query.conversations.size()) + (query.sender ? ", of one" : "");
  return text + ", from " + std::to_string(query.from) + " to " + std::to_string(query.to) +
         ", limit " + std::to_string(query.limit);
}

TEST_P(SearchTest, FindsWhatAWalkOverAllMessagesFinds) {
  for (int round = 0; round < 120; ++round) {
    const SearchQuery query = someQuery();
    const auto hits = reader_->search(query);
    ASSERT_TRUE(hits) << hits.error().message;
    std::vector<ObjectId> found;
    for (const SearchHit& hit : *hits) found.push_back(hit.message.id);
    ASSERT_EQ(found, expected(query)) << textOf(query);
  }
}

TEST_P(SearchTest, PagesHaveEveryHitOnce) {
  for (const char* const word : {"often1", "sometimes", "seldom", "rare", "formerly"}) {
    SearchQuery query;
    query.terms = {{word}};
    for (std::uint64_t i = 1; i <= kPlaces; ++i) {
      query.conversations.push_back(test::idOf(test::kConversations + i));
    }
    query.limit = 1'000'000;
    const std::vector<ObjectId> all = expected(query);
    query.limit = 37;
    std::vector<ObjectId> found;
    for (;;) {
      const auto hits = reader_->search(query);
      ASSERT_TRUE(hits) << hits.error().message;
      for (const SearchHit& hit : *hits) found.push_back(hit.message.id);
      if (hits->size() < query.limit) break;
      query.before = hits->back().place;
    }
    EXPECT_EQ(found, all) << word;
  }
}

}  // namespace
}  // namespace rookery::store
