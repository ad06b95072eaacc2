#pragma once

#include <algorithm>
#include <limits>

#include "rookery/store/search.h"
#include "rookery/store/sql_rows.h"

namespace rookery::store {

/// A part of SqlReader: `run(query, take)` calls `take` with the use of a statement whose rows have
/// kMessageColumns, a place and a snippet, newest first. Written for each store by itself:
/// sqlite_search.h, postgres_search.h.
template <typename Driver>
struct SearchQueries;

/// A part of SqlDatabase: statements addText(place, text, conversation, sender), changeText(place,
/// text), dropText(place), and noteSpans(first new place) where it keeps them.
template <typename Driver>
struct SearchChanges;

/// What SearchQuery::before comes to: below it hits are of interest.
[[nodiscard]] inline std::int64_t upperPlace(const SearchQuery& query) {
  constexpr std::uint64_t kAll = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(query.before == 0 ? kAll : std::min(query.before, kAll));
}

}  // namespace rookery::store
