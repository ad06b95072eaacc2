#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "rookery/base/log.h"
#include "rookery/store/database.h"
#include "rookery/store/sql_rows.h"

namespace rookery::store {

/// What all queries of both stores need: the connection, and rows as records (see sql_rows.h).
/// Thread: one at a time.
template <typename Driver>
class SqlQuerying : public Reader {
 public:
  using Connection = typename Driver::Connection;
  using Statement = typename Driver::Statement;
  using Run = typename Driver::Run;

  /// What cannot be done in a constructor, as it may fail.
  Result<void> start() {
    if (connection_.isPrepared()) return {};
    return base::fail(base::ErrorCode::kStoreFailed,
                      "the store cannot be used: " + connection_.message());
  }

 protected:
  explicit SqlQuerying(Connection connection) : connection_(std::move(connection)) {}

  tl::unexpected<base::Error> failed(const Run& run) const {
    base::log::limited(base::log::Level::kError, "the store could not be read",
                       {{"error", connection_.failureOf(run)}});
    return base::fail(base::ErrorCode::kStoreFailed, "The store could not be read");
  }

  /// The stores' integers end at 2^63: no number of ours lies above.
  static std::uint64_t bounded(std::uint64_t value) {
    return std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max());
  }
  static std::uint64_t upperBound(std::uint64_t before) {
    return before == 0 ? bounded(~std::uint64_t{0}) : bounded(before);
  }
  /// The first column of the first row; 0 when there is none.
  Result<std::uint64_t> number(Run& run) {
    const std::uint64_t value = run.next() ? static_cast<std::uint64_t>(run.integer(0)) : 0;
    if (!run.done()) return failed(run);
    return value;
  }

  template <typename MakeRow>
  auto one(Run& run, MakeRow makeRow) -> Result<std::optional<decltype(makeRow(run))>> {
    std::optional<decltype(makeRow(run))> found;
    if (run.next()) found = makeRow(run);
    if (!run.ok()) return failed(run);
    return found;
  }

  template <typename MakeRow>
  auto all(Run& run, MakeRow makeRow) -> Result<std::vector<decltype(makeRow(run))>> {
    std::vector<decltype(makeRow(run))> rows;
    while (run.next()) rows.push_back(makeRow(run));
    if (!run.ok()) return failed(run);
    return rows;
  }

  Connection connection_;
};

}  // namespace rookery::store
