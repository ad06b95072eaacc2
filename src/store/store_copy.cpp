#include "rookery/store/store_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "rookery/base/encoding.h"
#include "rookery/base/json_writer.h"
#include "rookery/store/database.h"
#include "rookery/store/postgres_connection.h"
#include "rookery/store/sqlite_schema.h"
#include "rookery/store/tables.h"

namespace rookery::store {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

/// About 256 KiB a slice: a server waits for one no longer than for a sync or two.
constexpr const char* kVacuumSlice = "PRAGMA incremental_vacuum(64)";
constexpr int kBusyMs = 5000;

std::atomic<std::uint64_t> uncounted{0};

bool isSqlite(const std::string& url) { return url.starts_with(kSqliteScheme); }
std::string pathOf(const std::string& url) { return url.substr(kSqliteScheme.size()); }

tl::unexpected<base::Error> refuse(const std::string& path, const std::string& reason) {
  return base::fail(ErrorCode::kStoreFailed, path + ": " + reason);
}
tl::unexpected<base::Error> refuseBySystem(const std::string& path, const char* what) {
  return refuse(path, std::string(what) + ": " + std::generic_category().message(errno));
}

/// The file is on disk, under its name, when this returns.
Result<void> syncPath(const std::string& path) {
  const int file = ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool isSynced = file >= 0 && fsync(file) == 0;
  const int reason = errno;
  if (file >= 0) close(file);
  errno = reason;
  return isSynced ? Result<void>{} : refuseBySystem(path, "cannot be synced");
}

Result<void> moveIntoPlace(const std::string& fresh, const std::string& to) {
  if (const Result<void> synced = syncPath(fresh); !synced) return synced;
  if (rename(fresh.c_str(), to.c_str()) != 0) return refuseBySystem(to, "cannot be made");
  return syncPath(fs::path(to).parent_path().string());
}

void removeStore(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) unlink((path + suffix).c_str());
}

/// Runs one statement to its end, with patience for whoever has the lock.
Result<void> runOn(sqlite::Connection& connection, const char* sql) {
  sqlite3_busy_timeout(connection.handle(), kBusyMs);
  if (connection.run(sql) == SQLITE_OK) return {};
  return base::fail(ErrorCode::kStoreFailed, "the store failed: " + connection.message());
}

Result<std::int64_t> numberFrom(sqlite::Connection& connection, std::string_view sql) {
  sqlite::Statement statement(connection, sql);
  if (!connection.isPrepared()) {
    return base::fail(ErrorCode::kStoreFailed, "the store failed: " + connection.message());
  }
  sqlite::Run run(statement);
  return run.next() ? run.integer(0) : 0;
}

/// SQLite's own copy, page by page, from one snapshot.
Result<void> copyFile(const std::string& from, const std::string& to) {
  auto source = sqlite::Connection::open(from, uncounted);
  if (!source) return base::fail(source.error());
  if (const auto ready = sqlite::prepareReader(*source, from); !ready) return ready;
  auto copy = sqlite::Connection::open(to, uncounted);
  if (!copy) return base::fail(copy.error());
  int code = SQLITE_NOMEM;
  if (auto* backup = sqlite3_backup_init(copy->handle(), "main", source->handle(), "main")) {
    code = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
  }
  if (code != SQLITE_DONE) return refuse(to, "cannot be written: " + copy->message());
  return {};
}

/// Opened once by this program, so that its schema is this program's.
Result<void> prepare(const std::string& url) {
  const auto opened = backendFor(url)->openWriter();
  return opened ? Result<void>{} : base::fail(opened.error());
}

Result<void> checkWhole(const std::string& path) {
  auto file = sqlite::Connection::open(path, uncounted);
  if (!file) return base::fail(file.error());
  sqlite::Statement check(*file, "PRAGMA integrity_check(1)");
  if (!file->isPrepared()) return refuse(path, "damaged (" + file->message() + ")");
  sqlite::Run run(check);
  const std::string verdict = run.next() ? run.text(0) : file->message();
  return verdict == "ok" ? Result<void>{} : refuse(path, "damaged (" + verdict + ")");
}

bool isSecret(std::string_view column) { return column == "password_hash"; }

std::string jsonLine(const Table& table, const std::vector<Value>& values) {
  std::string line;
  base::JsonWriter json(line);
  json.beginObject();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::holds_alternative<std::monostate>(values[i]) || isSecret(table.columns[i])) continue;
    auto& at = json.key(table.columns[i]);
    if (const auto* number = std::get_if<std::int64_t>(&values[i])) {
      at.number(*number);
    } else if (const auto* text = std::get_if<std::string>(&values[i])) {
      at.string(*text);
    } else {
      std::string hex;
      for (const char byte : std::get<Bytes>(values[i]).bytes) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        hex += kDigits[static_cast<unsigned char>(byte) >> 4];
        hex += kDigits[static_cast<unsigned char>(byte) & 15];
      }
      at.string(hex);
    }
  }
  json.endObject();
  return line + "\n";
}

}  // namespace

Result<Copied> copyStore(const std::string& from, const std::string& to) {
  for (const std::string& url : {from, to}) {
    if (const Result<void> ready = prepare(url); !ready) return base::fail(ready.error());
  }
  const auto source = openTables(from);
  if (!source) return base::fail(source.error());
  const auto sink = openTableSink(to);
  if (!sink) return base::fail(sink.error());
  const auto tables = (*source)->tables();
  if (!tables) return base::fail(tables.error());
  if (const Result<void> begun = (*sink)->begin(); !begun) return base::fail(begun.error());
  Copied copied;
  for (const Table& table : *tables) {
    Result<void> done = (*sink)->table(table);
    if (done) {
      done = (*source)->rows(table, [&](const std::vector<Value>& values) {
        ++copied.rows;
        return (*sink)->row(values);
      });
    }
    if (!done) return base::fail(done.error().code, table.name + ": " + done.error().message);
    ++copied.tables;
  }
  if (const Result<void> kept = (*sink)->finish(); !kept) return base::fail(kept.error());
  return copied;
}

Result<void> backupStore(const std::string& url, const std::string& out) {
  std::error_code ignored;
  if (fs::exists(out, ignored)) {
    return base::fail(ErrorCode::kConflict, out + " exists, and is left alone");
  }
  const std::string fresh = out + ".new";
  removeStore(fresh);  // left behind by a crash, maybe
  Result<void> copied;
  if (isSqlite(url)) {
    copied = copyFile(pathOf(url), fresh);
  } else {
    const Result<void> made = prepare("sqlite:" + fresh);
    const auto source = made ? openTables(url) : base::fail(made.error());
    const auto sink = source ? openTableSink("sqlite:" + fresh) : base::fail(source.error());
    copied = sink ? (*sink)->begin() : base::fail(sink.error());
    const auto tables = copied ? (*source)->tables() : base::fail(copied.error());
    for (std::size_t i = 0; copied && tables && i < tables->size(); ++i) {
      copied = (*sink)->table((*tables)[i]);
      if (!copied) break;
      copied = (*source)->rows((*tables)[i], [&](const auto& row) { return (*sink)->row(row); });
    }
    if (copied && !tables) copied = base::fail(tables.error());
    if (copied) copied = (*sink)->finish();
  }
  if (copied) copied = moveIntoPlace(fresh, out);
  if (!copied) removeStore(fresh);
  return copied;
}

Result<void> restoreStore(const std::string& file, const std::string& url) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    return base::fail(ErrorCode::kInvalidPayload, file + " does not exist");
  }
  if (const Result<void> sound = checkWhole(file); !sound) return sound;
  const bool isFile = isSqlite(url);
  // The copy is opened, and brought forward if need be; the backup itself is never written to.
  const std::string fresh =
      (isFile ? pathOf(url) : (fs::temp_directory_path() / "rookery-restore.db").string()) + ".new";
  removeStore(fresh);
  fs::copy_file(file, fresh, ignored);
  if (ignored) return refuse(fresh, "cannot be written: " + ignored.message());
  Result<void> done = prepare("sqlite:" + fresh);
  if (done && !isFile) {
    const auto copied = copyStore("sqlite:" + fresh, url);
    if (!copied) done = base::fail(copied.error());
  }
  if (done && isFile) {
    const std::string path = pathOf(url);
    if (fs::exists(path, ignored)) {
      // What its log still holds belongs to it: a last checkpoint takes that in.
      auto old = sqlite::Connection::open(path, uncounted);
      if (old) static_cast<void>(runOn(*old, "PRAGMA wal_checkpoint(TRUNCATE)"));
      old = base::fail(base::Error{});
      if (rename(path.c_str(), (path + ".before-restore").c_str()) != 0) {
        return refuseBySystem(path, "cannot be moved aside");
      }
      removeStore(path);
    }
    done = moveIntoPlace(fresh, path);
  }
  removeStore(fresh);
  return done;
}

Result<Copied> exportStore(const std::string& url, const std::string& out) {
  std::error_code failure;
  if (fs::exists(out, failure) && !fs::is_empty(out, failure)) {
    return base::fail(ErrorCode::kConflict, out + " is not empty, and is left alone");
  }
  fs::create_directories(out, failure);
  if (failure) return refuse(out, "cannot be made: " + failure.message());
  const auto source = openTables(url);
  if (!source) return base::fail(source.error());
  const auto tables = (*source)->tables();
  if (!tables) return base::fail(tables.error());
  Copied copied;
  for (const Table& table : *tables) {
    const std::string path = out + "/" + table.name + ".jsonl";
    std::ofstream file(path, std::ios::binary);
    const Result<void> read = (*source)->rows(table, [&](const std::vector<Value>& values) {
      file << jsonLine(table, values);
      ++copied.rows;
      return file ? Result<void>{} : refuseBySystem(path, "cannot be written");
    });
    file.close();
    if (!read) return base::fail(read.error());
    if (!file) return refuseBySystem(path, "cannot be written");
    if (const Result<void> synced = syncPath(path); !synced) return base::fail(synced.error());
    ++copied.tables;
  }
  return copied;
}

Result<void> vacuumOnline(const std::string& url) {
  if (!isSqlite(url)) return vacuumOffline(url);  // PostgreSQL's takes no lock that writers mind
  auto file = sqlite::Connection::open(pathOf(url), uncounted);
  if (!file) return base::fail(file.error());
  const auto mode = numberFrom(*file, "SELECT auto_vacuum FROM pragma_auto_vacuum");
  if (!mode) return base::fail(mode.error());
  if (*mode != 2) {
    return base::fail(ErrorCode::kConflict, "this store needs a vacuum while no server runs first");
  }
  constexpr std::string_view kFree = "SELECT freelist_count FROM pragma_freelist_count";
  auto left = numberFrom(*file, kFree);
  while (left && *left > 0) {
    if (const Result<void> done = runOn(*file, kVacuumSlice); !done) return done;
    const auto now = numberFrom(*file, kFree);
    if (now && *now >= *left) break;  // the server frees as fast as we give back
    left = now;
  }
  return left ? Result<void>{} : base::fail(left.error());
}

Result<void> vacuumOffline(const std::string& url) {
  if (isSqlite(url)) {
    auto file = sqlite::Connection::open(pathOf(url), uncounted);
    if (!file) return base::fail(file.error());
    return runOn(*file,
                 "PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  }
  auto connection = postgres::Connection::open(
      {.url = url, .name = "rookery vacuum", .role = postgres::Connection::Role::kWriter},
      uncounted);
  if (!connection) return base::fail(connection.error());
  return connection->script("VACUUM");
}

}  // namespace rookery::store
