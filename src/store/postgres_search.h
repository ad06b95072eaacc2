#pragma once

#include <cctype>

#include "rookery/store/postgres_connection.h"
#include "rookery/store/search.h"
#include "rookery/store/sql_search.h"

/// Full text by tsvector (https://www.postgresql.org/docs/15/textsearch.html), configuration
/// 'simple'. Words are folded by ICU first: 'simple' folds ASCII alone under the locale C.
namespace rookery::store {

template <>
struct SearchQueries<postgres::Driver> {
  explicit SearchQueries(postgres::Connection& connection) : connection_(connection) {}

  template <typename Take>
  void run(const SearchQuery& query, Take&& take) {
    const std::string words = wordsOf(query);
    postgres::Run run(search_, IdList{query.conversations}, std::string_view(words),
                      upperPlace(query), query.from, query.to, query.sender,
                      std::int64_t{query.limit});
    take(run);
  }

 private:
  /// Every term is a quoted operand of to_tsquery(), so nothing in it is read as syntax; several
  /// words in one are a phrase. Punctuation parts words, as it does in kWords.
  static std::string wordsOf(const SearchQuery& query) {
    std::string words;
    for (const SearchQuery::Term& term : query.terms) {
      if (!words.empty()) words += " & ";
      words += '\'';
      for (const char one : term.text) {
        words += std::ispunct(static_cast<unsigned char>(one)) != 0 ? ' ' : one;
      }
      words += term.isPrefix ? "':*" : "'";
    }
    return words;
  }

  // The query as an expression of its parameter alone: planned at each use it is a constant, whose
  // words the statistics know. Rare ones are looked up in their index, common ones on the way back
  // from the newest message. The list of conversations is an expression that no index and no join
  // serves, as both were far slower than to look at it for each message that has the words.
  static constexpr std::string_view kQuery =
      "to_tsquery('simple', lower(?2 COLLATE \"und-x-icu\"))";

  postgres::Connection& connection_;
  postgres::Statement search_{
      connection_,
      std::string(postgres::Driver::kIdList) + " SELECT " + kMessageColumns +
          ", e.place, ts_headline('simple', replace(t.text, '<', '\x04'), " + std::string(kQuery) +
          ", 'StartSel=\x02, StopSel=\x03, MaxWords=24, MinWords=8') FROM search_text AS t "
          "JOIN search_entries AS e ON e.place = t.place JOIN messages AS m ON m.id = e.message_id "
          "WHERE t.words @@ " +
          std::string(kQuery) +
          " AND t.place < ?3 AND e.created_at >= ?4 "
          "AND e.created_at < ?5 AND (?6 IS NULL OR t.sender_id = ?6) "
          "AND (t.conversation_id || '') = ANY (ARRAY(SELECT id FROM list)) "
          "AND m.deleted_at IS NULL "
          "ORDER BY t.place DESC LIMIT ?7",
      postgres::Statement::Plan::kEachUse};
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
  postgres::Statement changeText{connection_,
                                 "UPDATE search_text SET text = ?2, words = to_tsvector('simple', "
                                 "lower(?2 COLLATE \"und-x-icu\")) WHERE place = ?1"};
  postgres::Statement dropText{connection_, "DELETE FROM search_text WHERE place = ?1"};
  /// Of the messages of a conversation up to a seq.
  postgres::Statement purgeText{
      connection_,
      "DELETE FROM search_text WHERE place IN (SELECT e.place FROM search_entries AS e JOIN "
      "messages AS m ON m.id = e.message_id WHERE m.conversation_id = ?1 AND m.seq <= ?2)"};
};

}  // namespace rookery::store
