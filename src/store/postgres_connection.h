#pragma once

#include <libpq-fe.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/error.h"
#include "rookery/store/sql_rows.h"

/// A thin, typed skin over libpq's pipeline mode
/// (https://www.postgresql.org/docs/15/libpq-pipeline-mode.html): parameters and results are
/// binary, statements are prepared when they are first used and again after a reconnect.
namespace rookery::store::postgres {

class Run;
class Statement;

/// A parameter as it goes over the wire.
struct Parameter {
  Oid type = 0;
  const char* bytes = nullptr;  ///< nullptr with isNumber false: NULL
  std::size_t length = 0;
  bool isNumber = false;
  std::array<char, 8> number{};  ///< big-endian

  [[nodiscard]] const char* data() const { return isNumber ? number.data() : bytes; }
};

struct FreeResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, FreeResult>;

/// What the server answered to all that was sent since the last time.
struct Reply {
  ResultPtr last;          ///< of the last statement; nullptr when it failed or was skipped
  std::string sqlState;    ///< of the first failure; empty: none
  std::string message;     ///< for the log
  std::string constraint;  ///< that was violated
  bool isLost = false;     ///< the connection went, or the server did not answer in time

  [[nodiscard]] bool ok() const { return sqlState.empty() && !isLost; }
};

/// One connection to a database. Thread: one at a time.
class Connection {
 public:
  enum class Role : std::uint8_t {
    kReader,  ///< reconnects by itself and asks again
    kWriter   ///< reconnects when told: its transaction went with the connection
  };
  struct Settings {
    std::string url;
    std::string name;  ///< as pg_stat_activity shows it
    Role role = Role::kReader;
    std::chrono::milliseconds patience{5'000};  ///< for one answer
  };

  /// Connects and sets the session up. `uses` counts statements and outlives the connection. The
  /// error's message is one line for people, without the password.
  [[nodiscard]] static base::Result<Connection> open(Settings settings,
                                                     std::atomic<std::uint64_t>& uses);
  [[nodiscard]] base::Result<void> reconnect();
  /// Also finds out that the server has closed it meanwhile.
  [[nodiscard]] bool isConnected();
  void drop();

  /// Puts a statement behind those that were sent before. False when the connection is gone.
  bool send(Statement& statement, std::span<const Parameter> parameters = {});
  /// Waits for the answers to all that was sent.
  [[nodiscard]] Reply sync();
  /// Several statements without parameters, at start-up only: waits as long as it takes.
  [[nodiscard]] base::Result<void> script(const std::string& sql);

  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] std::string failureOf(const Run& run) const;
  [[nodiscard]] bool isPrepared() const { return true; }  ///< statements are prepared when used
  [[nodiscard]] int serverVersion() const { return PQserverVersion(handle_.get()); }
  [[nodiscard]] Role role() const { return settings_.role; }
  [[nodiscard]] const std::string& name() const { return settings_.name; }
  /// "rookery at db.example.org:5432": never the password.
  [[nodiscard]] const std::string& place() const { return place_; }
  void countUse() { uses_->fetch_add(1, std::memory_order_relaxed); }

 private:
  struct Finish {
    void operator()(PGconn* handle) const { PQfinish(handle); }
  };
  Connection(Settings settings, std::atomic<std::uint64_t>& uses)
      : settings_(std::move(settings)), uses_(&uses) {}
  bool awaitAnswer(std::chrono::steady_clock::time_point deadline);
  void noteFailure(const PGresult* result, Reply& reply);

  Settings settings_;
  std::unique_ptr<PGconn, Finish> handle_;
  std::atomic<std::uint64_t>* uses_;
  std::uint64_t generation_ = 0;  ///< of the connection: statements are prepared for one
  std::vector<Statement*> sent_;  ///< for each command: the one that it prepares, or nullptr
  std::chrono::steady_clock::time_point nextAttempt_{};
  std::chrono::milliseconds backOff_{0};
  std::string message_;
  std::string place_;
};

/// A statement that is prepared where and when it is needed.
class Statement {
 public:
  enum class Plan : std::uint8_t {
    kOnce,    ///< prepared: for all values of its parameters
    kEachUse  ///< where the best way depends on them, as on how rare a word is
  };
  Statement(Connection& connection, std::string_view sql, Plan plan = Plan::kOnce);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

 private:
  friend class Connection;
  friend class Run;
  Connection& connection_;
  std::string sql_;
  Plan plan_;
  std::string name_;
  std::uint64_t preparedIn_ = 0;  ///< generation of the connection
};

/// One use of a statement: sent and answered when made. Texts and lists outlive the constructor.
class Run {
 public:
  template <typename... Parameters>
  explicit Run(Statement& statement, const Parameters&... parameters) {
    const std::array<Parameter, sizeof...(Parameters)> all{make(parameters)...};
    start(statement, all);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Moves to the next row; false at the end, or when it failed: see ok().
  [[nodiscard]] bool next() { return reply_.ok() && ++row_ < rows_; }
  [[nodiscard]] bool done() const { return ok(); }
  [[nodiscard]] bool ok() const { return reply_.ok(); }
  [[nodiscard]] const Reply& reply() const { return reply_; }

  /// Of the present row. Columns count from 0; NULL reads as 0, empty or the null id.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] ObjectId id(int column) const;
  [[nodiscard]] bool isNull(int column) const;

  [[nodiscard]] static Parameter make(std::int64_t value);
  [[nodiscard]] static Parameter make(std::uint64_t value) {
    return make(static_cast<std::int64_t>(value));
  }
  [[nodiscard]] static Parameter make(std::uint32_t value) {
    return make(static_cast<std::int64_t>(value));
  }
  [[nodiscard]] static Parameter make(bool value) { return make(static_cast<std::int64_t>(value)); }
  [[nodiscard]] static Parameter make(std::string_view value);
  [[nodiscard]] static Parameter make(const std::string& value) {
    return make(std::string_view(value));
  }
  [[nodiscard]] static Parameter make(OrNull value);
  [[nodiscard]] static Parameter make(const ObjectId& value);
  [[nodiscard]] static Parameter make(const std::optional<ObjectId>& value);
  [[nodiscard]] static Parameter make(IdList value);
  template <typename Enum>
    requires std::is_enum_v<Enum>
  [[nodiscard]] static Parameter make(Enum value) {
    return make(static_cast<std::int64_t>(value));
  }

 private:
  void start(Statement& statement, std::span<const Parameter> parameters);
  [[nodiscard]] std::string_view value(int column) const;

  Reply reply_;
  int row_ = -1;
  int rows_ = 0;
};

/// The dialect, for SqlReader and SqlDatabase.
struct Driver {
  using Connection = postgres::Connection;
  using Statement = postgres::Statement;
  using Run = postgres::Run;
  static constexpr std::string_view kIdList =
      "WITH list(id) AS (SELECT substr(?1, i * 12 + 1, 12) "
      "FROM generate_series(0, length(?1) / 12 - 1) AS i) ";

  /// Equal but for the case of ASCII letters: the columns are declared COLLATE "C".
  static std::string sameText(std::string_view column, std::string_view parameter) {
    return "lower(" + std::string(column) + ") = lower(" + std::string(parameter) +
           " COLLATE \"C\")";
  }
  static std::string least(std::string_view a, std::string_view b) {
    return "least(" + std::string(a).append(", ").append(b) + ")";
  }
  static std::string greatest(std::string_view a, std::string_view b) {
    return "greatest(" + std::string(a).append(", ").append(b) + ")";
  }
};

/// ?1 → $1, CROSS JOIN (which SQLite takes as an order) → JOIN.
[[nodiscard]] std::string translate(std::string_view sql);

}  // namespace rookery::store::postgres
