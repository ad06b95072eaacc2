#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rookery/store/postgres_connection.h"
#include "rookery/store/search.h"
#include "rookery/store/sql_search.h"

/// Full text by tsvector (https://www.postgresql.org/docs/15/textsearch.html), configuration
/// 'simple'. Words are folded by ICU first: 'simple' folds ASCII alone under the locale C.
namespace rookery::store {

/// PostgreSQL's index of words knows no order: it gathers every message that has a word before the
/// newest of them are known. So some of the asker's newest messages are looked at first; how
/// frequent the words are among them tells whether to go on so or to ask the index
/// (docs/decisions/0011-search.md).
template <>
struct SearchQueries<postgres::Driver> {
  explicit SearchQueries(postgres::Connection& connection);

  template <typename Take>
  void run(const SearchQuery& query, Take&& take) {
    Hits hits;
    if (const auto failed = find(query, hits)) return take(*failed);
    const std::string places = "{" + listed(hits.places) + "}";
    postgres::Run run(show_, places, std::string_view(hits.words));
    take(run);
  }

 private:
  struct Hits {
    std::string words;     ///< for to_tsquery()
    std::string allWords;  ///< the same, but that the words of a phrase stand anywhere
    std::vector<std::int64_t> places;
  };
  /// A part of the asker's messages.
  struct Window {
    std::int64_t upper = 0;
    std::int64_t lower = 0;
    std::int64_t most = 0;    ///< messages that are looked at
    std::int64_t seen = 0;    ///< that were
    std::int64_t oldest = 0;  ///< place of the last of them
  };
  enum class Next : std::uint8_t {
    kSample,  ///< the newest of all messages
    kWalk,    ///< through the asker's messages
    kScan,    ///< through all messages, where most are the asker's
    kGather,  ///< what the index has
  };
  struct Walk {
    PlaceRange range;
    std::int64_t places = 0;  ///< there are so many, about
    Window last;
    std::int64_t messages = 0;  ///< of the asker, that are behind
    std::int64_t walked = 0;    ///< of them, one after the other
    double withAll = 0;         ///< of those, that have all words: the index would gather them
    Next next = Next::kSample;
    double placesPerMessage = 1;
    std::int64_t scans = 0;  ///< places
  };
  /// A statement that failed, if one did.
  using Failed = std::unique_ptr<postgres::Run>;
  [[nodiscard]] Failed find(const SearchQuery& query, Hits& hits);
  [[nodiscard]] Failed countPlaces(Walk& walk);
  [[nodiscard]] Failed walk(const SearchQuery& query, Walk& walk, Hits& hits);
  [[nodiscard]] Failed goToNewest(const SearchQuery& query, PlaceRange& range);
  [[nodiscard]] Failed look(const SearchQuery& query, Walk& walk, Hits& hits);
  static void choose(const SearchQuery& query, Walk& walk, const Hits& hits);
  [[nodiscard]] Failed scan(const SearchQuery& query, Walk& walk, Hits& hits);
  [[nodiscard]] Failed gather(const SearchQuery& query, const PlaceRange& range, Hits& hits);
  [[nodiscard]] Failed collect(postgres::Statement& statement, const SearchQuery& query,
                               const PlaceRange& range, Hits& hits);
  [[nodiscard]] static std::int64_t missing(const SearchQuery& query, const Hits& hits);

  postgres::Statement spans_;
  postgres::Statement total_;
  postgres::Statement newest_;
  postgres::Statement sample_;
  postgres::Statement walk_;
  postgres::Statement walkSender_;
  postgres::Statement scan_;
  postgres::Statement gather_;
  postgres::Statement show_;
};

template <>
struct SearchChanges<postgres::Driver> {
  /// Of the text ?2. The parser would take addresses, tags and numbers for words of their own kind:
  /// without punctuation there are none. A question mark cannot stand in a statement.
  static constexpr std::string_view kWords =
      "to_tsvector('simple', translate(lower(?2 COLLATE \"und-x-icu\"), chr(63) || "
      "'!\"#$%&''()*+,-./:;<=>@[\\]^_`{|}~', repeat(' ', 32)))";

  explicit SearchChanges(postgres::Connection& connection) : connection_(connection) {}

  postgres::Connection& connection_;
  postgres::Statement addText{
      connection_,
      "INSERT INTO search_text (place, text, words, conversation_id, sender_id) VALUES (?1, ?2, " +
          std::string(kWords) + ", ?3, ?4)"};
  postgres::Statement changeText{connection_, "UPDATE search_text SET text = ?2, words = " +
                                                  std::string(kWords) + " WHERE place = ?1"};
  postgres::Statement dropText{connection_, "DELETE FROM search_text WHERE place = ?1"};
  /// Of the messages of a conversation up to a seq.
  postgres::Statement purgeText{
      connection_,
      "DELETE FROM search_text WHERE place IN (SELECT e.place FROM search_entries AS e JOIN "
      "messages AS m ON m.id = e.message_id WHERE m.conversation_id = ?1 AND m.seq <= ?2)"};
};

}  // namespace rookery::store
