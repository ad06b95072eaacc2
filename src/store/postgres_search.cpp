#include "rookery/store/postgres_search.h"

#include <absl/strings/str_join.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>
#include <vector>

#include "rookery/store/sql_rows.h"

namespace rookery::store {
namespace {

using Queries = SearchQueries<postgres::Driver>;

constexpr std::int64_t kFirstWindow = 4'096;   // places; the next one is four times as wide
constexpr std::int64_t kSample = 500;          // messages that tell how rare the words are
constexpr std::int64_t kMostOfWindow = 2'000;  // messages
constexpr std::int64_t kLeastScanned = 8'192;  // places
constexpr std::int64_t kMostScanned = 65'536;  // places
constexpr std::int64_t kMostWalked = 300'000;  // messages
constexpr std::size_t kFewConversations = 4;   // are walked through without windows

// What a message costs, in microseconds, with the default settings of PostgreSQL.
constexpr double kScanCost = 0.3;  // with all others, in the order of their places
constexpr double kWalkCost = 2.5;  // alone
constexpr double kGatherCost = 8;  // somewhere
constexpr double kGatherStart = 1'500;

/// What punctuation parts, as it does in SearchChanges::kWords.
std::vector<std::string> partsOf(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char one : text) {
    const bool isBetween = one == ' ' || std::ispunct(static_cast<unsigned char>(one)) != 0;
    if (!isBetween) {
      parts.back() += one;
    } else if (!parts.back().empty()) {
      parts.emplace_back();
    }
  }
  if (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  return parts;
}

/// For to_tsquery(). Every operand is quoted, so nothing in it is read as syntax; several words in
/// one are a phrase.
std::string wordsOf(const SearchQuery& query, const char* betweenWords) {
  std::string words;
  for (const SearchQuery::Term& term : query.terms) {
    if (!words.empty()) words += " & ";
    words += "'" + absl::StrJoin(partsOf(term.text), betweenWords) + (term.isPrefix ? "':*" : "'");
  }
  return words;
}
std::string phrasesOf(const SearchQuery& query) { return wordsOf(query, " "); }
std::string allWordsOf(const SearchQuery& query) { return wordsOf(query, "' & '"); }

constexpr std::string_view kTotal = "SELECT max(span) FROM search_spans";

constexpr std::string_view kNewest =
    "SELECT max(n.place) FROM list, LATERAL (SELECT place FROM search_text WHERE conversation_id = "
    "list.id AND place < ?2 AND place >= ?3 ORDER BY place DESC LIMIT 1) AS n";

constexpr std::string_view kOfConversations =
    "SELECT n.place FROM list, LATERAL (SELECT place FROM search_text WHERE conversation_id = "
    "list.id AND place < ?3 AND place >= ?4 ORDER BY place DESC LIMIT ?8) AS n "
    "ORDER BY n.place DESC LIMIT ?8";

// IS TRUE keeps the list a table that is looked into, where a join would be planned.
constexpr std::string_view kOfSender =
    "SELECT place FROM search_text WHERE sender_id = ?10 AND place < ?3 AND place >= ?4 "
    "AND (conversation_id IN (SELECT id FROM list)) IS TRUE ORDER BY place DESC LIMIT ?8";

// Messages that have all words ?2, with 0 where these stand as ?9 has them and -1 where not; and a
// last row with the place of the oldest message that was looked at and one more than there were.
constexpr std::string_view kWalk =
    "(SELECT n.place, hit.kind FROM (SELECT place FROM newest ORDER BY place DESC) AS n, "
    "LATERAL (SELECT CASE WHEN t.words @@ (SELECT to_tsquery('simple', lower(?9 COLLATE "
    "\"und-x-icu\"))) THEN CAST(0 AS BIGINT) ELSE CAST(-1 AS BIGINT) END AS kind "
    "FROM search_text AS t JOIN search_entries AS e ON e.place = t.place JOIN messages AS m "
    "ON m.id = e.message_id WHERE t.place = n.place AND t.words @@ (SELECT to_tsquery('simple', "
    "lower(?2 COLLATE \"und-x-icu\"))) AND e.created_at >= ?5 AND e.created_at < ?6 "
    "AND m.deleted_at IS NULL OFFSET 0) AS hit ORDER BY n.place DESC LIMIT ?7) "
    "UNION ALL SELECT coalesce(min(place), CAST(0 AS BIGINT)), 1 + count(*) FROM newest";

// The same of the asker's among all messages of a stretch; read in the order in which they were
// written. IS TRUE keeps both conditions from being looked up in an index.
constexpr std::string_view kSampled =
    ", near AS MATERIALIZED (SELECT place, CASE WHEN words @@ (SELECT to_tsquery('simple', "
    "lower(?2 COLLATE \"und-x-icu\"))) THEN CASE WHEN words @@ (SELECT to_tsquery('simple', "
    "lower(?8 COLLATE \"und-x-icu\"))) THEN CAST(0 AS BIGINT) ELSE CAST(-1 AS BIGINT) END END AS "
    "kind FROM search_text WHERE place < ?3 AND place >= ?4 AND (conversation_id IN (SELECT id "
    "FROM list)) IS TRUE) (SELECT n.place, n.kind FROM (SELECT place, kind FROM near WHERE kind IS "
    "NOT NULL ORDER BY place DESC) AS n, LATERAL (SELECT 1 FROM search_entries AS e JOIN messages "
    "AS m ON m.id = e.message_id WHERE e.place = n.place AND e.created_at >= ?5 AND e.created_at < "
    "?6 AND m.deleted_at IS NULL OFFSET 0) AS hit ORDER BY n.place DESC LIMIT ?7) "
    "UNION ALL SELECT coalesce(min(place), CAST(0 AS BIGINT)), 1 + count(*) FROM near";

// Read in the order in which it was written. IS TRUE keeps both conditions from being looked up in
// an index.
constexpr std::string_view kScanned =
    "SELECT place FROM search_text WHERE place < ?3 AND place >= ?4 AND (words @@ (SELECT "
    "to_tsquery('simple', lower(?2 COLLATE \"und-x-icu\")))) IS TRUE AND (?8 IS NULL OR sender_id "
    "= "
    "?8) AND (conversation_id IN (SELECT id FROM list)) IS TRUE ORDER BY place DESC";

// Planned at each use, when the words are a constant that the statistics know. In the order of an
// expression, lest the newest messages be looked through once more.
constexpr std::string_view kGathered =
    "SELECT place FROM search_text WHERE words @@ to_tsquery('simple', lower(?2 COLLATE "
    "\"und-x-icu\")) AND place < ?3 AND place >= ?4 AND (?8 IS NULL OR sender_id = ?8) "
    "AND (conversation_id IN (SELECT id FROM list)) IS TRUE ORDER BY place + 0 DESC";

constexpr std::string_view kShow =
    ", e.place, ts_headline('simple', replace(t.text, '<', '\x04'), (SELECT to_tsquery('simple', "
    "lower(?2 COLLATE \"und-x-icu\"))), 'StartSel=\x02, StopSel=\x03, MaxWords=24, MinWords=8') "
    "FROM search_entries AS e JOIN search_text AS t ON t.place = e.place JOIN messages AS m ON "
    "m.id = e.message_id WHERE e.place = ANY (CAST(?1 AS BIGINT[])) AND m.deleted_at IS NULL "
    "ORDER BY e.place DESC";

std::string ofList(std::string_view rest) {
  return std::string(postgres::Driver::kIdList).append(rest);
}
std::string ofNewest(std::string_view newest, std::string_view rest) {
  return ofList(", newest AS MATERIALIZED (").append(newest).append(") ").append(rest);
}
/// Of places that have the words and are the asker's, those that are hits.
std::string hitsOf(std::string_view places) {
  return ofList("SELECT t.place FROM (")
      .append(places)
      .append(
          " OFFSET 0) AS t, LATERAL (SELECT 1 FROM search_entries AS e JOIN messages AS m "
          "ON m.id = e.message_id WHERE e.place = t.place AND e.created_at >= ?5 AND e.created_at "
          "< ?6 AND m.deleted_at IS NULL OFFSET 0) AS hit LIMIT ?7");
}

}  // namespace

Queries::SearchQueries(postgres::Connection& connection)
    : spans_(connection, kSpansOfTime),
      total_(connection, kTotal),
      newest_(connection, ofList(kNewest)),
      sample_(connection, ofList(kSampled)),
      walk_(connection, ofNewest(kOfConversations, kWalk)),
      walkSender_(connection, ofNewest(kOfSender, kWalk)),
      scan_(connection, hitsOf(kScanned)),
      gather_(connection, hitsOf(kGathered), postgres::Statement::Plan::kEachUse),
      show_(connection, std::string("SELECT ") + kMessageColumns + std::string(kShow)) {}

Queries::Failed Queries::find(const SearchQuery& query, Hits& hits) {
  hits.words = phrasesOf(query);
  hits.allWords = allWordsOf(query);
  Walk all;
  all.range = {upperPlace(query), 0};
  if (Failed failed = narrow<postgres::Driver>(spans_, query, all.range)) return failed;
  if (Failed failed = countPlaces(all)) return failed;
  return walk(query, all, hits);
}

std::int64_t Queries::missing(const SearchQuery& query, const Hits& hits) {
  return std::int64_t{query.limit} - static_cast<std::int64_t>(hits.places.size());
}

Queries::Failed Queries::countPlaces(Walk& walk) {
  auto run = std::make_unique<postgres::Run>(total_);
  if (run->next() && !run->isNull(0)) walk.places = (run->integer(0) + 1) * kPlacesOfSpan;
  walk.range.upper = std::min(walk.range.upper, walk.places);
  return run->ok() ? nullptr : std::move(run);
}

/// On to the asker's newest message.
Queries::Failed Queries::goToNewest(const SearchQuery& query, PlaceRange& range) {
  auto run = std::make_unique<postgres::Run>(newest_, IdList{query.conversations}, range.upper,
                                             range.lower);
  range.upper = run->next() && !run->isNull(0) ? run->integer(0) + 1 : range.lower;
  return run->ok() ? nullptr : std::move(run);
}

Queries::Failed Queries::walk(const SearchQuery& query, Walk& walk, Hits& hits) {
  const bool hasWindows = !query.sender && query.conversations.size() > kFewConversations;
  PlaceRange& range = walk.range;
  std::int64_t width = kFirstWindow;
  bool isSparse = false;
  if (!hasWindows) walk.next = Next::kWalk;
  walk.messages = isTimed(query) ? -kPlacesOfSpan : 0;  // the first may be of another time
  while (range.upper > range.lower) {
    if (walk.next == Next::kScan) {
      if (Failed failed = scan(query, walk, hits)) return failed;
    } else {
      if (hasWindows && isSparse) {
        if (Failed failed = goToNewest(query, range)) return failed;
      }
      Window& window = walk.last = {.upper = range.upper};
      window.lower = hasWindows ? std::max(range.lower, range.upper - width) : range.lower;
      window.most = walk.messages <= 0 ? kSample : kMostOfWindow;
      if (walk.next == Next::kSample) window.most = kFirstWindow + 1;
      if (Failed failed = look(query, walk, hits)) return failed;
      walk.messages += window.seen;
      if (window.seen == window.most) window.lower = window.oldest;
      range.upper = window.lower;
      isSparse = window.seen < kSample / 10;
      if (window.seen < window.most) width *= 4;
      walk.next = Next::kWalk;
    }
    if (hits.places.size() >= query.limit || range.upper <= range.lower) return nullptr;
    if (walk.messages < kSample) continue;
    choose(query, walk, hits);
    if (walk.next == Next::kGather) return gather(query, range, hits);
  }
  return nullptr;
}

/// What comes next: whatever costs least up to the last hit of the page, if hits go on to be as
/// frequent as they were. As long as there was none, that is little to go by: then a short stretch
/// is scanned before a long one.
void Queries::choose(const SearchQuery& query, Walk& walk, const Hits& hits) {
  constexpr double kNone = 0.5;     // none so far
  constexpr double kPhraseIn = 16;  // of messages with two words one has them side by side
  const Window& last = walk.last;
  const auto found = static_cast<double>(hits.places.size());
  const double perHit =
      static_cast<double>(walk.messages) / std::max({found, walk.withAll / kPhraseIn, kNone});
  const bool hasPhrase = hits.words != hits.allWords;
  const double perGathered =
      hasPhrase ? static_cast<double>(walk.walked) / std::max(walk.withAll, kNone) : perHit;
  const double messages = perHit * (query.limit - found);
  walk.placesPerMessage = static_cast<double>(last.upper - last.lower) /
                          static_cast<double>(std::max<std::int64_t>(last.seen, 1));
  walk.scans = found > 0 ? static_cast<std::int64_t>(messages * walk.placesPerMessage) : 0;
  const double scanned = messages * walk.placesPerMessage * kScanCost;
  const double walked = messages * kWalkCost;
  const double gathered =
      kGatherStart + static_cast<double>(walk.places) / perGathered * kGatherCost;
  walk.next = scanned < walked ? Next::kScan : Next::kWalk;
  const bool isFar = walk.messages > kMostWalked;
  if (isFar || gathered < std::min(scanned, walked)) walk.next = Next::kGather;
}

Queries::Failed Queries::scan(const SearchQuery& query, Walk& walk, Hits& hits) {
  const std::int64_t places = std::clamp(walk.scans, kLeastScanned, kMostScanned);
  const PlaceRange stretch{walk.range.upper, std::max(walk.range.lower, walk.range.upper - places)};
  walk.messages += static_cast<std::int64_t>(static_cast<double>(places) / walk.placesPerMessage);
  walk.range.upper = stretch.lower;
  return collect(scan_, query, stretch, hits);
}

Queries::Failed Queries::look(const SearchQuery& query, Walk& walk, Hits& hits) {
  Window& window = walk.last;
  const IdList list{query.conversations};
  const std::string_view all = hits.allWords;
  // Of a phrase it is of interest how often all its words are there.
  const std::int64_t most = all == hits.words ? missing(query, hits) : window.most;
  const std::string_view words = hits.words;
  std::unique_ptr<postgres::Run> run;
  if (query.sender) {
    run = std::make_unique<postgres::Run>(walkSender_, list, all, window.upper, window.lower,
                                          query.from, query.to, most, window.most, words,
                                          query.sender);
  } else if (walk.next == Next::kSample) {
    run = std::make_unique<postgres::Run>(sample_, list, all, window.upper, window.lower,
                                          query.from, query.to, most, words);
  } else {
    run = std::make_unique<postgres::Run>(walk_, list, all, window.upper, window.lower, query.from,
                                          query.to, most, window.most, words);
  }
  while (run->next()) {
    const std::int64_t kind = run->integer(1);
    if (kind > 0) {
      window.oldest = run->integer(0);
      window.seen = kind - 1;
      walk.walked += window.seen;
      continue;
    }
    ++walk.withAll;
    if (kind == 0 && missing(query, hits) > 0) hits.places.push_back(run->integer(0));
  }
  return run->ok() ? nullptr : std::move(run);
}

Queries::Failed Queries::gather(const SearchQuery& query, const PlaceRange& range, Hits& hits) {
  return collect(gather_, query, range, hits);
}

Queries::Failed Queries::collect(postgres::Statement& statement, const SearchQuery& query,
                                 const PlaceRange& range, Hits& hits) {
  auto run = std::make_unique<postgres::Run>(
      statement, IdList{query.conversations}, std::string_view(hits.words), range.upper,
      range.lower, query.from, query.to, missing(query, hits), query.sender);
  while (run->next()) hits.places.push_back(run->integer(0));
  return run->ok() ? nullptr : std::move(run);
}

}  // namespace rookery::store
