#include "rookery/store/sqlite_connection.h"

#include <cstring>
#include <system_error>

namespace rookery::store::sqlite {

static_assert(sizeof(ObjectId) == ObjectId::kBytes, "IdList hands a span of ids over as one blob");

base::Result<Connection> Connection::open(const std::string& path,
                                          std::atomic<std::uint64_t>& uses, const char* vfs) {
  sqlite3* handle = nullptr;
  constexpr int kFlags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, kFlags, vfs);
  Connection connection(handle, uses);  // SQLite hands out a handle even when it failed
  if (code != SQLITE_OK) {
    return base::fail(base::ErrorCode::kStoreFailed,
                      path + " cannot be opened: " + connection.message());
  }
  return connection;
}

int Connection::run(const char* sql) {
  uses_->fetch_add(1, std::memory_order_relaxed);
  return sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
}

std::string Connection::message() const {
  if (handle() == nullptr) return "out of memory";
  std::string text = sqlite3_errmsg(handle());
  const int system = sqlite3_system_errno(handle());
  if (system != 0) text += " (" + std::generic_category().message(system) + ")";
  return text;
}

std::string Connection::failureOf(const Run& run) const {
  return message() + " (code " + std::to_string(run.code()) + ")";
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(connection) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(connection.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  handle_.reset(handle);
  if (connection.prepareFailure_ == SQLITE_OK) connection.prepareFailure_ = code;
}

bool Run::next() {
  if (code_ != SQLITE_OK) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) code_ = code;
  return false;
}

int Run::finish() {
  while (next()) {
  }
  return code_;
}

std::int64_t Run::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Run::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

ObjectId Run::id(int column) const {
  ObjectId id;
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes != nullptr &&
      sqlite3_column_bytes(statement_, column) == static_cast<int>(ObjectId::kBytes)) {
    std::memcpy(id.bytes.data(), bytes, ObjectId::kBytes);
  }
  return id;
}

bool Run::isNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Run::bind(std::int64_t value) { note(sqlite3_bind_int64(statement_, ++bound_, value)); }

void Run::bind(std::string_view value) {
  // A null pointer would be stored as NULL, an empty text is none.
  const char* bytes = value.data() == nullptr ? "" : value.data();
  note(sqlite3_bind_text64(statement_, ++bound_, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Run::bind(OrNull value) {
  if (value.text.empty()) {
    note(sqlite3_bind_null(statement_, ++bound_));
  } else {
    bind(value.text);
  }
}

void Run::bind(const std::optional<ObjectId>& value) {
  if (value) {
    bind(*value);
  } else {
    note(sqlite3_bind_null(statement_, ++bound_));
  }
}

void Run::bind(const ObjectId& value) {
  note(
      sqlite3_bind_blob(statement_, ++bound_, value.bytes.data(), ObjectId::kBytes, SQLITE_STATIC));
}

void Run::bind(IdList value) {
  note(sqlite3_bind_blob64(statement_, ++bound_, value.ids.data(), value.ids.size_bytes(),
                           SQLITE_STATIC));
}

}  // namespace rookery::store::sqlite
