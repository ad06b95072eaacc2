#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rookery/store/search.h"
#include "rookery/store/sql_rows.h"

namespace rookery::store {

/// A part of SqlReader: `run(query, take)` calls `take` with the use of a statement whose rows have
/// kMessageColumns, a place and a snippet, newest first. Written for each store by itself:
/// sqlite_search.h, postgres_search.h.
template <typename Driver>
struct SearchQueries;

/// A part of SqlDatabase: statements addText(place, text, conversation, sender), changeText(place,
/// text), dropText(place).
template <typename Driver>
struct SearchChanges;

/// How many places a row of search_spans is about: when the oldest and the newest message of them
/// were written.
inline constexpr std::int64_t kPlacesOfSpan = 1'024;
inline constexpr std::string_view kSpansOfTime =
    "SELECT max(span) FILTER (WHERE oldest < ?2), min(span) FILTER (WHERE newest >= ?1) "
    "FROM search_spans";

/// Places below `upper` that are not looked at yet; `lower` is the first of them all.
struct PlaceRange {
  std::int64_t upper = 0;
  std::int64_t lower = 0;
};

[[nodiscard]] inline bool isTimed(const SearchQuery& query) {
  const SearchQuery any;
  return query.from != any.from || query.to != any.to;
}

/// Where messages of the time that is asked for can be; `spans` is of kSpansOfTime. Gives the use
/// of it when it failed.
template <typename Driver>
[[nodiscard]] std::unique_ptr<typename Driver::Run> narrow(typename Driver::Statement& spans,
                                                           const SearchQuery& query,
                                                           PlaceRange& range) {
  if (!isTimed(query)) return nullptr;
  auto run = std::make_unique<typename Driver::Run>(spans, query.from, query.to);
  if (run->next()) {
    const bool isNone = run->isNull(0) || run->isNull(1);
    range.upper = isNone ? 0 : std::min(range.upper, (run->integer(0) + 1) * kPlacesOfSpan);
    range.lower = isNone ? 0 : run->integer(1) * kPlacesOfSpan;
  }
  return run->ok() ? nullptr : std::move(run);
}

/// `1,2,3`.
[[nodiscard]] inline std::string listed(const std::vector<std::int64_t>& places) {
  std::string text;
  for (const std::int64_t place : places) {
    if (!text.empty()) text += ',';
    text += std::to_string(place);
  }
  return text;
}

/// What SearchQuery::before comes to: below it hits are of interest.
[[nodiscard]] inline std::int64_t upperPlace(const SearchQuery& query) {
  constexpr std::uint64_t kAll = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(query.before == 0 ? kAll : std::min(query.before, kAll));
}

}  // namespace rookery::store
