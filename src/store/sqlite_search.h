#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rookery/store/search.h"
#include "rookery/store/sql_search.h"
#include "rookery/store/sqlite_connection.h"

/// Full text by FTS5 (https://sqlite.org/fts5.html). Whom a message is from and where it lies stand
/// in a column of their own as words `c<id>` and `u<id>`.
namespace rookery::store {

/// FTS5 gives what has the words in the order of places. Where the asker may read is looked at for
/// each, which is right for who may read much of it; for who may read little the index itself
/// leaves out the rest, as it has the conversations (docs/decisions/0011-search.md).
template <>
struct SearchQueries<sqlite::Driver> {
  explicit SearchQueries(sqlite::Connection& connection);

  template <typename Take>
  void run(const SearchQuery& query, Take&& take) {
    Hits hits;
    if (const auto failed = find(query, hits)) return take(*failed);
    const std::string places = "[" + listed(hits.places) + "]";
    sqlite::Run run(show_, hits.words, places);
    take(run);
  }

 private:
  struct Hits {
    std::string words;  ///< for MATCH
    std::vector<std::int64_t> places;
  };
  /// A statement that failed, if one did.
  using Failed = std::unique_ptr<sqlite::Run>;
  [[nodiscard]] Failed find(const SearchQuery& query, Hits& hits);
  /// Goes through what has the words, and on to `range.upper`: kMostLookedAt messages at most. With
  /// `isWithin` the index leaves out other conversations, and it goes to the end.
  [[nodiscard]] Failed look(const SearchQuery& query, bool isWithin, PlaceRange& range, Hits& hits);
  [[nodiscard]] Failed isHit(const SearchQuery& query, std::int64_t place, bool& is);

  sqlite::Statement spans_;
  sqlite::Statement candidates_;
  sqlite::Statement check_;
  sqlite::Statement show_;
};

template <>
struct SearchChanges<sqlite::Driver> {
  explicit SearchChanges(sqlite::Connection& connection) : connection_(connection) {}

  sqlite::Connection& connection_;
  sqlite::Statement addText{connection_,
                            "INSERT INTO search_text (rowid, text, scope) VALUES (?1, ?2, "
                            "'c' || lower(hex(?3)) || ' u' || lower(hex(?4)))"};
  sqlite::Statement changeText{connection_, "UPDATE search_text SET text = ?2 WHERE rowid = ?1"};
  sqlite::Statement dropText{connection_, "DELETE FROM search_text WHERE rowid = ?1"};
  /// Of the messages of a conversation up to a seq.
  sqlite::Statement purgeText{
      connection_,
      "DELETE FROM search_text WHERE rowid IN (SELECT e.place FROM search_entries AS e JOIN "
      "messages AS m ON m.id = e.message_id WHERE m.conversation_id = ?1 AND m.seq <= ?2)"};
};

}  // namespace rookery::store
