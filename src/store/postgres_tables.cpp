#include <libpq-fe.h>

#include <algorithm>
#include <memory>

#include "rookery/store/postgres_connection.h"
#include "rookery/store/tables.h"

namespace rookery::store::postgres {
namespace {

struct Finish {
  void operator()(PGconn* handle) const { PQfinish(handle); }
};
using Handle = std::unique_ptr<PGconn, Finish>;

constexpr std::string_view kCopyHead("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::size_t kCopyChunk = 1UL << 20;
// Of pg_type.dat, which never change.
constexpr Oid kBytea = 17;
constexpr Oid kInt8 = 20;

Result<Handle> connectTo(const std::string& url) {
  Handle handle(PQconnectdb(url.c_str()));
  if (PQstatus(handle.get()) != CONNECTION_OK) {
    return base::fail(base::ErrorCode::kStoreFailed,
                      std::string("PostgreSQL cannot be used: ") + PQerrorMessage(handle.get()));
  }
  return handle;
}

tl::unexpected<base::Error> failed(const Handle& handle) {
  std::string reason = PQerrorMessage(handle.get());
  std::ranges::replace(reason, '\n', ' ');
  return base::fail(base::ErrorCode::kStoreFailed, "the store failed: " + reason);
}

/// With results as they come over the wire.
ResultPtr ask(const Handle& handle, const std::string& sql) {
  return ResultPtr(
      PQexecParams(handle.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1));
}
bool isGood(const ResultPtr& result) {
  const ExecStatusType status = PQresultStatus(result.get());
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}
std::string textAt(const ResultPtr& result, int row, int column) {
  return {PQgetvalue(result.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result.get(), row, column))};
}

std::string inQuotes(const std::string& name) { return "\"" + name + "\""; }
std::string columnList(const Table& table) {
  std::string list;
  for (const std::string& column : table.columns) {
    list += (list.empty() ? "" : ", ") + inQuotes(column);
  }
  return list;
}

std::int64_t numberOf(const std::string& bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = (number << 8) | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(number);
}

void appendNumber(std::string& out, std::uint64_t number, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i));
}

class PostgresTables final : public TableSource {
 public:
  explicit PostgresTables(Handle handle) : handle_(std::move(handle)) {}

  /// The snapshot that all is read from.
  Result<void> start() {
    if (isGood(ask(handle_, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))) return {};
    return failed(handle_);
  }

  Result<std::vector<Table>> tables() override {
    // By oid: in the order of making, in which nothing can refer to what comes later.
    const ResultPtr found =
        ask(handle_,
            "SELECT c.relname::text, a.attname::text FROM pg_class AS c JOIN pg_attribute AS a "
            "ON a.attrelid = c.oid WHERE c.relkind = 'r' AND c.relnamespace = "
            "current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped "
            "AND a.attgenerated = '' AND c.relname NOT LIKE 'search_%' ORDER BY c.oid, a.attnum");
    if (!isGood(found)) return failed(handle_);
    std::vector<Table> all;
    for (int row = 0; row < PQntuples(found.get()); ++row) {
      const std::string name = textAt(found, row, 0);
      if (all.empty() || all.back().name != name) all.push_back({.name = name, .columns = {}});
      all.back().columns.push_back(textAt(found, row, 1));
    }
    return all;
  }

  Result<void> rows(const Table& table,
                    const std::function<Result<void>(const std::vector<Value>&)>& take) override {
    const std::string where = table.name == "meta" ? " WHERE key <> 'schema_version'" : "";
    if (!isGood(ask(handle_, "DECLARE walk NO SCROLL CURSOR FOR SELECT " + columnList(table) +
                                 " FROM " + inQuotes(table.name) + where +
                                 (table.columns.size() > 1 ? " ORDER BY 1, 2" : " ORDER BY 1")))) {
      return failed(handle_);
    }
    std::vector<Value> values(table.columns.size());
    while (true) {
      const ResultPtr page = ask(handle_, "FETCH 2000 FROM walk");
      if (!isGood(page)) return failed(handle_);
      if (PQntuples(page.get()) == 0) break;
      for (int row = 0; row < PQntuples(page.get()); ++row) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          values[i] = valueOf(page, row, static_cast<int>(i));
        }
        if (const Result<void> taken = take(values); !taken) return taken;
      }
    }
    if (!isGood(ask(handle_, "CLOSE walk"))) return failed(handle_);
    return {};
  }

 private:
  static Value valueOf(const ResultPtr& page, int row, int column) {
    if (PQgetisnull(page.get(), row, column) == 1) return std::monostate{};
    const Oid type = PQftype(page.get(), column);
    if (type == kInt8) return numberOf(textAt(page, row, column));
    if (type == kBytea) return Bytes{textAt(page, row, column)};
    return textAt(page, row, column);
  }

  Handle handle_;
};

/// Format: https://www.postgresql.org/docs/15/sql-copy.html, Binary Format.
class PostgresTableSink final : public TableSink {
 public:
  explicit PostgresTableSink(Handle handle) : handle_(std::move(handle)) {}

  Result<void> begin() override {
    if (!isGood(ask(handle_, "BEGIN"))) return failed(handle_);
    const ResultPtr count =
        ask(handle_, "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM messages)");
    if (!isGood(count)) return failed(handle_);
    if (numberOf(textAt(count, 0, 0)) != 0) {
      return base::fail(base::ErrorCode::kConflict, "the store that is to be filled is not empty");
    }
    return {};
  }

  Result<void> table(const Table& table) override {
    if (const Result<void> ended = endCopy(); !ended) return ended;
    const std::string where = table.name == "meta" ? " WHERE key <> 'schema_version'" : "";
    if (!isGood(ask(handle_, "DELETE FROM " + inQuotes(table.name) + where)))
      return failed(handle_);
    const ResultPtr begun(PQexec(handle_.get(), ("COPY " + inQuotes(table.name) + " (" +
                                                 columnList(table) + ") FROM STDIN (FORMAT binary)")
                                                    .c_str()));
    if (PQresultStatus(begun.get()) != PGRES_COPY_IN) return failed(handle_);
    chunk_ = kCopyHead;
    copying_ = table;
    return {};
  }

  Result<void> row(const std::vector<Value>& values) override {
    appendNumber(chunk_, values.size(), 2);
    for (const Value& value : values) append(value);
    return chunk_.size() < kCopyChunk ? Result<void>{} : send();
  }

  Result<void> finish() override {
    if (const Result<void> ended = endCopy(); !ended) return ended;
    if (!isGood(ask(handle_, "COMMIT"))) return failed(handle_);
    return {};
  }

 private:
  void append(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      appendNumber(chunk_, 8, 4);
      appendNumber(chunk_, static_cast<std::uint64_t>(*number), 8);
    } else if (std::holds_alternative<std::monostate>(value)) {
      appendNumber(chunk_, 0xffffffff, 4);
    } else {
      const auto* blob = std::get_if<Bytes>(&value);
      const std::string& bytes = blob != nullptr ? blob->bytes : std::get<std::string>(value);
      appendNumber(chunk_, bytes.size(), 4);
      chunk_ += bytes;
    }
  }

  Result<void> send() {
    const int sent = PQputCopyData(handle_.get(), chunk_.data(), static_cast<int>(chunk_.size()));
    chunk_.clear();
    return sent == 1 ? Result<void>{} : failed(handle_);
  }

  Result<void> endCopy() {
    if (copying_.name.empty()) return {};
    appendNumber(chunk_, 0xffff, 2);
    if (const Result<void> sent = send(); !sent) return sent;
    if (PQputCopyEnd(handle_.get(), nullptr) != 1) return failed(handle_);
    bool isCopied = true;
    while (ResultPtr result{PQgetResult(handle_.get())}) isCopied = isCopied && isGood(result);
    if (!isCopied) return failed(handle_);
    const bool hasPlace = std::ranges::find(copying_.columns, "place") != copying_.columns.end();
    // What comes next goes behind what was copied.
    if (hasPlace && !isGood(ask(handle_, "SELECT setval(pg_get_serial_sequence('" + copying_.name +
                                             "', 'place'), coalesce(max(place), 0) + 1, false) "
                                             "FROM " +
                                             inQuotes(copying_.name)))) {
      return failed(handle_);
    }
    copying_ = {};
    return {};
  }

  Handle handle_;
  Table copying_;
  std::string chunk_;
};

}  // namespace

Result<std::unique_ptr<TableSource>> openTables(const std::string& url) {
  auto handle = connectTo(url);
  if (!handle) return base::fail(handle.error());
  auto source = std::make_unique<PostgresTables>(std::move(*handle));
  if (const Result<void> started = source->start(); !started) return base::fail(started.error());
  return source;
}

Result<std::unique_ptr<TableSink>> openTableSink(const std::string& url) {
  auto handle = connectTo(url);
  if (!handle) return base::fail(handle.error());
  return std::make_unique<PostgresTableSink>(std::move(*handle));
}

}  // namespace rookery::store::postgres
