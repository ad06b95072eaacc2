#include <atomic>
#include <memory>

#include "rookery/store/sqlite_connection.h"
#include "rookery/store/tables.h"

namespace rookery::store::sqlite {
namespace {

std::atomic<std::uint64_t> uncounted{0};

tl::unexpected<base::Error> failed(const Connection& connection) {
  return base::fail(base::ErrorCode::kStoreFailed, "the store failed: " + connection.message());
}

std::string inQuotes(const std::string& name) { return "\"" + name + "\""; }

std::string columnList(const Table& table) {
  std::string list;
  for (const std::string& column : table.columns) {
    list += (list.empty() ? "" : ", ") + inQuotes(column);
  }
  return list;
}

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

Prepared prepare(const Connection& connection, const std::string& sql) {
  sqlite3_stmt* handle = nullptr;
  sqlite3_prepare_v2(connection.handle(), sql.c_str(), -1, &handle, nullptr);
  return Prepared(handle);
}

std::string bytesOf(sqlite3_stmt* statement, int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  return size == 0 ? std::string() : std::string(bytes, size);
}

Value valueOf(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return std::monostate{};
    case SQLITE_INTEGER:
      return sqlite3_column_int64(statement, column);
    case SQLITE_BLOB:
      return Bytes{bytesOf(statement, column)};
    default:
      return bytesOf(statement, column);
  }
}

class SqliteTables final : public TableSource {
 public:
  explicit SqliteTables(Connection connection) : connection_(std::move(connection)) {}

  /// The snapshot that all is read from.
  Result<void> start() {
    if (connection_.run("PRAGMA query_only = ON; BEGIN; SELECT count(*) FROM sqlite_schema") !=
        SQLITE_OK) {
      return failed(connection_);
    }
    return {};
  }

  Result<std::vector<Table>> tables() override {
    std::vector<Table> all;
    // In the order of making, in which nothing can refer to what comes later.
    const auto names = prepare(
        connection_,
        "SELECT s.name FROM sqlite_schema AS s JOIN pragma_table_list AS l ON l.name = s.name "
        "WHERE s.type = 'table' AND l.type = 'table' AND l.schema = 'main' "
        "AND s.name NOT LIKE 'sqlite_%' AND s.name NOT LIKE 'search_%' ORDER BY s.rowid");
    while (sqlite3_step(names.get()) == SQLITE_ROW) {
      all.push_back({.name = bytesOf(names.get(), 0), .columns = {}});
    }
    for (Table& table : all) {
      // Hidden ones are computed.
      const auto columns =
          prepare(connection_, "SELECT name FROM pragma_table_xinfo('" + table.name +
                                   "') WHERE hidden = 0 ORDER BY cid");
      while (sqlite3_step(columns.get()) == SQLITE_ROW) {
        table.columns.push_back(bytesOf(columns.get(), 0));
      }
      if (table.columns.empty()) return failed(connection_);
    }
    if (all.empty()) return failed(connection_);
    return all;
  }

  Result<void> rows(const Table& table,
                    const std::function<Result<void>(const std::vector<Value>&)>& take) override {
    const auto ask =
        prepare(connection_, "SELECT " + columnList(table) + " FROM " + inQuotes(table.name) +
                                 (table.columns.size() > 1 ? " ORDER BY 1, 2" : " ORDER BY 1"));
    std::vector<Value> values(table.columns.size());
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(ask.get())) == SQLITE_ROW) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = valueOf(ask.get(), static_cast<int>(i));
      }
      if (const Result<void> taken = take(values); !taken) return taken;
    }
    if (code != SQLITE_DONE) return failed(connection_);
    return {};
  }

 private:
  Connection connection_;
};

class SqliteTableSink final : public TableSink {
 public:
  explicit SqliteTableSink(Connection connection) : connection_(std::move(connection)) {}

  Result<void> begin() override {
    if (connection_.run("PRAGMA foreign_keys = OFF; PRAGMA synchronous = FULL; BEGIN IMMEDIATE") !=
        SQLITE_OK) {
      return failed(connection_);
    }
    const auto ask = prepare(
        connection_, "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM messages)");
    if (sqlite3_step(ask.get()) != SQLITE_ROW) return failed(connection_);
    if (sqlite3_column_int64(ask.get(), 0) != 0) {
      return base::fail(base::ErrorCode::kConflict, "the store that is to be filled is not empty");
    }
    return {};
  }

  Result<void> table(const Table& table) override {
    std::string places;
    for (std::size_t i = 0; i < table.columns.size(); ++i) places += i == 0 ? "?" : ", ?";
    if (connection_.run(("DELETE FROM " + inQuotes(table.name)).c_str()) != SQLITE_OK) {
      return failed(connection_);
    }
    insert_ = prepare(connection_, "INSERT INTO " + inQuotes(table.name) + " (" +
                                       columnList(table) + ") VALUES (" + places + ")");
    if (insert_ == nullptr) return failed(connection_);
    return {};
  }

  Result<void> row(const std::vector<Value>& values) override {
    for (std::size_t i = 0; i < values.size(); ++i) bind(static_cast<int>(i) + 1, values[i]);
    const int code = sqlite3_step(insert_.get());
    auto result = code == SQLITE_DONE ? Result<void>{} : Result<void>(failed(connection_));
    sqlite3_reset(insert_.get());
    return result;
  }

  Result<void> finish() override {
    insert_.reset();
    if (connection_.run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)") != SQLITE_OK) {
      return failed(connection_);
    }
    return {};
  }

 private:
  void bind(int place, const Value& value) {
    sqlite3_stmt* to = insert_.get();
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      sqlite3_bind_int64(to, place, *number);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      sqlite3_bind_text64(to, place, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else if (const auto* blob = std::get_if<Bytes>(&value)) {
      sqlite3_bind_blob64(to, place, blob->bytes.data(), blob->bytes.size(), SQLITE_STATIC);
    } else {
      sqlite3_bind_null(to, place);
    }
  }

  Connection connection_;
  Prepared insert_;
};

}  // namespace

Result<std::unique_ptr<TableSource>> openTables(const std::string& path) {
  auto connection = Connection::open(path, uncounted);
  if (!connection) return base::fail(connection.error());
  auto source = std::make_unique<SqliteTables>(std::move(*connection));
  if (const Result<void> started = source->start(); !started) return base::fail(started.error());
  return source;
}

Result<std::unique_ptr<TableSink>> openTableSink(const std::string& path) {
  auto connection = Connection::open(path, uncounted);
  if (!connection) return base::fail(connection.error());
  return std::make_unique<SqliteTableSink>(std::move(*connection));
}

}  // namespace rookery::store::sqlite
