#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "rookery/app/store_calls.h"

namespace rookery::app {

/// Writes rows in groups, and those of a group that has a conflict one by one, so that one row
/// stands in no other's way. Thread: as StoreCalls.
template <typename Record>
class RecordWriter {
 public:
  struct Hooks {
    /// Writes one row; runs on the writer, and perhaps several times.
    std::function<store::WriteResult(store::Database&, const Record&)> write;
    /// The row is committed.
    std::function<void(const Record&)> written;
    /// Answers whether the row, which it may have changed, is to be tried again.
    std::function<bool(Record&, const base::Error&)> conflict;
    /// Called before each attempt with the rows of it. May be empty.
    std::function<void(std::vector<Record>&)> prepare = {};
  };

  RecordWriter(StoreCalls& store, Hooks hooks) : store_(store), hooks_(std::move(hooks)) {}

  [[nodiscard]] base::Result<void> add(Record record) {
    rows_.push_back(std::move(record));
    return rows_.size() < kRows ? base::Result<void>{} : flush();
  }

  [[nodiscard]] base::Result<void> flush() {
    if (rows_.empty()) return {};
    std::vector<Record> rows = std::exchange(rows_, {});
    const store::WriteResult all = commit(rows);
    if (all.fault != store::WriteFault::kConflict) return settle(all, rows);
    for (Record& row : rows) {
      if (const auto one = writeAlone(std::move(row)); !one) return one;
    }
    return {};
  }

 private:
  static constexpr std::size_t kRows = 500;

  base::Result<void> settle(const store::WriteResult& result, const std::vector<Record>& rows) {
    if (!result.ok()) return base::fail(result.error);
    for (const Record& row : rows) hooks_.written(row);
    return {};
  }

  base::Result<void> writeAlone(Record row) {
    std::vector<Record> alone;
    alone.push_back(std::move(row));
    while (true) {
      const store::WriteResult result = commit(alone);
      if (result.fault != store::WriteFault::kConflict) return settle(result, alone);
      if (!hooks_.conflict(alone.front(), result.error)) return {};
    }
  }

  store::WriteResult commit(std::vector<Record>& rows) {
    if (hooks_.prepare) hooks_.prepare(rows);
    // A copy: a store that closes may keep the job longer than this waits.
    auto shared = std::make_shared<const std::vector<Record>>(rows);
    return store_.write(rows.size() * sizeof(Record),
                        [shared, write = hooks_.write](store::Database& database) {
                          for (const Record& row : *shared) {
                            if (auto result = write(database, row); !result.ok()) return result;
                          }
                          return store::WriteResult{};
                        });
  }

  StoreCalls& store_;
  Hooks hooks_;
  std::vector<Record> rows_;
};

}  // namespace rookery::app
