#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "rookery/base/error.h"

/// A store as tables and rows, whatever they mean: for copies that carry everything over, also what
/// a later feature keeps.
namespace rookery::store {

using base::Result;

struct Bytes {
  std::string bytes;
};
/// A value as the store has it; std::monostate is NULL.
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes>;

struct Table {
  std::string name;
  std::vector<std::string> columns;
};

/// Reads all tables as they were at one moment. Thread: one at a time.
/// Errors: kStoreFailed with one line for people.
class TableSource {
 public:
  virtual ~TableSource() = default;
  /// Those that hold data, a table before those that refer to it. What is derived from others
  /// (indexes for full text) is left out, and so is the number of the schema.
  [[nodiscard]] virtual Result<std::vector<Table>> tables() = 0;
  /// Calls `take` with the values of each row, in the order of the columns, until it fails.
  [[nodiscard]] virtual Result<void> rows(
      const Table& table, const std::function<Result<void>(const std::vector<Value>&)>& take) = 0;
};

/// Fills a store that has its schema and nothing else; all of it appears at once, with finish().
/// Thread: one at a time.
class TableSink {
 public:
  virtual ~TableSink() = default;
  /// kConflict when there are users or messages already.
  [[nodiscard]] virtual Result<void> begin() = 0;
  [[nodiscard]] virtual Result<void> table(const Table& table) = 0;
  [[nodiscard]] virtual Result<void> row(const std::vector<Value>& values) = 0;
  [[nodiscard]] virtual Result<void> finish() = 0;
};

/// `url` as backendFor() takes it; the store has been opened by openWriter() of this program once.
[[nodiscard]] Result<std::unique_ptr<TableSource>> openTables(const std::string& url);
/// Nobody else writes to the store while the sink is open.
[[nodiscard]] Result<std::unique_ptr<TableSink>> openTableSink(const std::string& url);

namespace sqlite {
[[nodiscard]] Result<std::unique_ptr<TableSource>> openTables(const std::string& path);
[[nodiscard]] Result<std::unique_ptr<TableSink>> openTableSink(const std::string& path);
}  // namespace sqlite
namespace postgres {
[[nodiscard]] Result<std::unique_ptr<TableSource>> openTables(const std::string& url);
[[nodiscard]] Result<std::unique_ptr<TableSink>> openTableSink(const std::string& url);
}  // namespace postgres

}  // namespace rookery::store
