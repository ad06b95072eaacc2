#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rookery/base/error.h"
#include "rookery/base/object_id.h"
#include "rookery/store/sql_rows.h"

/// A thin, typed skin over SQLite's C interface (https://sqlite.org/c3ref/intro.html). Codes are
/// SQLite's extended result codes; nothing here logs or decides.
namespace rookery::store::sqlite {

class Run;

/// One open database file. Thread: one at a time.
class Connection {
 public:
  /// Opens `path` for reading and writing, made when missing. `uses` counts the statements that
  /// run and outlives the connection. The error's message is one line for people.
  /// `vfs`: null for the system's.
  [[nodiscard]] static base::Result<Connection> open(const std::string& path,
                                                     std::atomic<std::uint64_t>& uses,
                                                     const char* vfs = nullptr);

  /// Runs statements without parameters and results. Returns SQLITE_OK or why not.
  [[nodiscard]] int run(const char* sql);
  /// What SQLite says about the last failure, with the system's reason where there is one.
  [[nodiscard]] std::string message() const;
  /// The first code with which preparing a Statement failed, or SQLITE_OK.
  [[nodiscard]] int prepareFailure() const { return prepareFailure_; }
  [[nodiscard]] bool isPrepared() const { return prepareFailure_ == SQLITE_OK; }
  /// Why `run` failed, for the log.
  [[nodiscard]] std::string failureOf(const Run& run) const;
  [[nodiscard]] bool inTransaction() const { return sqlite3_get_autocommit(handle()) == 0; }
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  friend class Statement;
  friend class Run;
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };

  Connection(sqlite3* handle, std::atomic<std::uint64_t>& uses) : handle_(handle), uses_(&uses) {}

  std::unique_ptr<sqlite3, Close> handle_;
  std::atomic<std::uint64_t>* uses_;
  int prepareFailure_ = SQLITE_OK;
};

/// A statement prepared once for the connection's life. A failure to prepare it is kept in the
/// connection, so that a class full of statements is checked at one place.
class Statement {
 public:
  Statement(Connection& connection, std::string_view sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

 private:
  friend class Run;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  Connection& connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// A table `list(id)` of the ids in parameter 1, for the head of a query: however many ids there
/// are, it is one statement with one parameter.
inline constexpr std::string_view kIdList =
    "WITH RECURSIVE place(i) AS (SELECT 0 WHERE length(?1) >= 12 "
    "UNION ALL SELECT i + 12 FROM place WHERE i + 24 <= length(?1)), "
    "list(id) AS (SELECT substr(?1, i + 1, 12) FROM place) ";

/// One use of a statement: bound when made, reset when it goes out of scope, so that no snapshot
/// stays open. Texts and lists are not copied: they outlive it.
class Run {
 public:
  template <typename... Parameters>
  explicit Run(Statement& statement, const Parameters&... parameters)
      : statement_(statement.handle_.get()) {
    statement.connection_.uses_->fetch_add(1, std::memory_order_relaxed);
    (bind(parameters), ...);
  }
  ~Run() { sqlite3_reset(statement_); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Moves to the next row; false at the end, or when it failed: see code().
  [[nodiscard]] bool next();
  /// Runs to the end; SQLITE_OK or why not.
  [[nodiscard]] int finish();
  [[nodiscard]] int code() const { return code_; }
  [[nodiscard]] bool done() { return finish() == SQLITE_OK; }
  [[nodiscard]] bool ok() const { return code_ == SQLITE_OK; }

  /// Of the present row. Columns count from 0; NULL reads as 0, empty or the null id.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] ObjectId id(int column) const;
  [[nodiscard]] bool isNull(int column) const;

 private:
  void bind(std::int64_t value);
  void bind(std::uint64_t value) { bind(static_cast<std::int64_t>(value)); }
  void bind(bool value) { bind(static_cast<std::int64_t>(value)); }
  void bind(std::string_view value);
  void bind(const std::string& value) { bind(std::string_view(value)); }
  void bind(OrNull value);
  void bind(const std::optional<ObjectId>& value);
  void bind(const ObjectId& value);
  void bind(IdList value);
  template <typename Enum>
    requires std::is_enum_v<Enum>
  void bind(Enum value) {
    bind(static_cast<std::int64_t>(value));
  }
  void note(int code) {
    if (code_ == SQLITE_OK) code_ = code;
  }

  sqlite3_stmt* statement_;
  int bound_ = 0;
  int code_ = SQLITE_OK;
};

/// The dialect, for SqlReader and SqlDatabase.
struct Driver {
  using Connection = sqlite::Connection;
  using Statement = sqlite::Statement;
  using Run = sqlite::Run;
  static constexpr std::string_view kIdList = sqlite::kIdList;

  /// Equal but for the case of ASCII letters; the columns are declared NOCASE.
  static std::string sameText(std::string_view column, std::string_view parameter) {
    return std::string(column).append(" = ").append(parameter);
  }
  static std::string least(std::string_view a, std::string_view b) {
    return "min(" + std::string(a).append(", ").append(b) + ")";
  }
  static std::string greatest(std::string_view a, std::string_view b) {
    return "max(" + std::string(a).append(", ").append(b) + ")";
  }
};

}  // namespace rookery::store::sqlite
