#pragma once

#include "rookery/store/search.h"
#include "rookery/store/sql_search.h"
#include "rookery/store/sqlite_connection.h"

/// Full text by FTS5 (https://sqlite.org/fts5.html). Whom a message is from and where it lies stand
/// in a column of their own as words `c<id>` and `u<id>`, so that the index itself leaves out what
/// may not be read.
namespace rookery::store {

template <>
struct SearchQueries<sqlite::Driver> {
  explicit SearchQueries(sqlite::Connection& connection) : connection_(connection) {}

  template <typename Take>
  void run(const SearchQuery& query, Take&& take) {
    const std::string match = matchOf(query);
    sqlite::Run run(search_, match, upperPlace(query), query.from, query.to,
                    std::int64_t{query.limit});
    take(run);
  }

 private:
  /// Every term is a string of FTS5, so nothing in it is read as syntax.
  static std::string inQuotes(std::string_view text) {
    std::string quoted = "\"";
    for (const char one : text) quoted.append(one == '"' ? 2 : 1, one);
    return quoted + "\"";
  }
  static std::string matchOf(const SearchQuery& query) {
    std::string match = "{text} : (";
    for (const SearchQuery::Term& term : query.terms) {
      if (!match.ends_with('(')) match += " AND ";
      match += inQuotes(term.text) + (term.isPrefix ? "*" : "");
    }
    match += ") AND {scope} : (";
    for (const ObjectId& one : query.conversations) {
      if (!match.ends_with('(')) match += " OR ";
      match += "c" + one.hex();
    }
    match += ")";
    if (query.sender) match += " AND {scope} : u" + query.sender->hex();
    return match;
  }

  sqlite::Connection& connection_;
  sqlite::Statement search_{
      connection_,
      std::string("SELECT ") + kMessageColumns +
          ", e.place, snippet(search_text, 0, char(2), char(3), '…', 24) FROM search_text "
          "CROSS JOIN search_entries AS e ON e.place = search_text.rowid "
          "CROSS JOIN messages AS m ON m.id = e.message_id "
          "WHERE search_text MATCH ?1 AND search_text.rowid < ?2 AND e.created_at >= ?3 "
          "AND e.created_at < ?4 AND m.deleted_at IS NULL ORDER BY search_text.rowid DESC LIMIT "
          "?5"};
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
