#include "rookery/store/sqlite_search.h"

#include <string_view>
#include <unordered_set>
#include <utility>

#include "rookery/base/planted.h"
#include "rookery/store/sql_rows.h"

namespace rookery::store {
namespace {

using Queries = SearchQueries<sqlite::Driver>;

constexpr std::int64_t kMostLookedAt = 3'000;  // messages that have the words, of all conversations
constexpr std::size_t kFewConversations = 4;   // are looked up in the index at once

constexpr std::string_view kCandidates =
    "SELECT rowid, scope FROM search_text WHERE search_text MATCH ?1 AND rowid < ?2 AND rowid >= "
    "?3 "
    "ORDER BY rowid DESC";

constexpr std::string_view kCheck =
    "SELECT 1 FROM search_entries AS e CROSS JOIN messages AS m ON m.id = e.message_id WHERE "
    "e.place = ?1 AND e.created_at >= ?2 AND e.created_at < ?3 AND m.deleted_at IS NULL";

constexpr std::string_view kShow =
    ", e.place, snippet(search_text, 0, char(2), char(3), '…', 24) FROM json_each(?2) AS hit "
    "CROSS JOIN search_text ON search_text.rowid = hit.value AND search_text MATCH ?1 "
    "CROSS JOIN search_entries AS e ON e.place = search_text.rowid "
    "CROSS JOIN messages AS m ON m.id = e.message_id WHERE m.deleted_at IS NULL "
    "ORDER BY hit.value DESC";

/// Every term is a string of FTS5, so nothing in it is read as syntax.
std::string inQuotes(std::string_view text) {
  std::string quoted = "\"";
  for (const char one : text) quoted.append(one == '"' ? 2 : 1, one);
  return quoted + "\"";
}

std::string wordsOf(const SearchQuery& query) {
  std::string match = "{text} : (";
  for (const SearchQuery::Term& term : query.terms) {
    if (!match.ends_with('(')) match += " AND ";
    match += inQuotes(term.text) + (term.isPrefix ? "*" : "");
  }
  return match + ")";
}

std::string ofConversations(const SearchQuery& query) {
  std::string match = " AND {scope} : (";
  for (const ObjectId& one : query.conversations) {
    if (!match.ends_with('(')) match += " OR ";
    match += "c" + one.hex();
  }
  return match + ")";
}

}  // namespace

Queries::SearchQueries(sqlite::Connection& connection)
    : spans_(connection, kSpansOfTime),
      candidates_(connection, kCandidates),
      check_(connection, kCheck),
      show_(connection, std::string("SELECT ") + kMessageColumns + std::string(kShow)) {}

Queries::Failed Queries::find(const SearchQuery& query, Hits& hits) {
  hits.words = wordsOf(query);
  if (query.conversations.empty()) return nullptr;
  PlaceRange range{upperPlace(query), 0};
  if (Failed failed = narrow<sqlite::Driver>(spans_, query, range)) return failed;
  if (query.conversations.size() > kFewConversations) {
    if (Failed failed = look(query, false, range, hits)) return failed;
    if (hits.places.size() >= query.limit || range.upper <= range.lower) return nullptr;
  }
  return look(query, true, range, hits);
}

Queries::Failed Queries::look(const SearchQuery& query, bool isWithin, PlaceRange& range,
                              Hits& hits) {
  std::unordered_set<std::string> readable;
  if (!isWithin) {
    for (const ObjectId& one : query.conversations) readable.insert("c" + one.hex());
  }
  const bool isScoped = isWithin && !base::isPlanted(base::PlantedBug::kSearchTellsAll);
  std::string match = hits.words + (isScoped ? ofConversations(query) : "");
  if (query.sender) match += " AND {scope} : u" + query.sender->hex();
  auto run = std::make_unique<sqlite::Run>(candidates_, match, range.upper, range.lower);
  for (std::int64_t seen = 0; isWithin || seen < kMostLookedAt; ++seen) {
    if (!run->next()) {
      range.upper = range.lower;
      return run->ok() ? nullptr : std::move(run);
    }
    range.upper = run->integer(0);
    const std::string scope = isWithin ? std::string() : run->text(1);
    if (!isWithin && !readable.contains(scope.substr(0, scope.find(' ')))) continue;
    bool is = false;
    if (Failed failed = isHit(query, range.upper, is)) return failed;
    if (is) hits.places.push_back(range.upper);
    if (hits.places.size() >= query.limit) return nullptr;
  }
  return nullptr;
}

Queries::Failed Queries::isHit(const SearchQuery& query, std::int64_t place, bool& is) {
  auto run = std::make_unique<sqlite::Run>(check_, place, query.from, query.to);
  is = run->next();
  return run->ok() ? nullptr : std::move(run);
}

}  // namespace rookery::store
