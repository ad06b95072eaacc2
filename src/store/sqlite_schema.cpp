#include "rookery/store/sqlite_schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <vector>

#include "rookery/base/log.h"
#include "rookery/store/migrations.h"

namespace rookery::store::sqlite {
namespace {

using base::ErrorCode;
using base::Result;

/// Below it the whole file is checked at the start, which takes a fraction of a second.
constexpr std::int64_t kFullCheckBytes = 16LL << 20;

tl::unexpected<base::Error> refuse(const std::string& path, const std::string& reason) {
  return base::fail(ErrorCode::kStoreFailed, path + ": " + reason);
}

tl::unexpected<base::Error> refuse(const std::string& path, int code,
                                   const Connection& connection) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return refuse(path, "not a database");
    case SQLITE_CORRUPT:
      return refuse(path, "damaged (" + connection.message() + ")");
    default:
      return refuse(path, "cannot be used: " + connection.message());
  }
}

struct Heading {
  std::int64_t applicationId = 0;
  std::int64_t version = 0;
  std::int64_t objects = 0;  ///< tables and indices of anybody
};

/// Reads the first page, and with it recovers what a crash left in the WAL.
int readHeading(Connection& connection, Heading& out) {
  Statement ask(connection,
                "SELECT (SELECT application_id FROM pragma_application_id), "
                "(SELECT user_version FROM pragma_user_version), "
                "(SELECT count(*) FROM sqlite_schema)");
  if (connection.prepareFailure() != SQLITE_OK) return connection.prepareFailure();
  Run run(ask);
  if (run.next()) out = {run.integer(0), run.integer(1), run.integer(2)};
  return run.finish();
}

tl::unexpected<base::Error> refuseBySystem(const std::string& path, const char* what) {
  return refuse(path, std::string(what) + ": " + std::generic_category().message(errno));
}

/// The file is on disk, under its name, when this returns.
Result<void> syncFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool isSynced = file >= 0 && fsync(file) == 0;
  const int reason = errno;
  if (file >= 0) close(file);
  errno = reason;
  return isSynced ? Result<void>{} : refuseBySystem(path, "cannot be synced");
}

/// Copies the store as it is into the file `to`, which is complete or not there.
Result<void> copyStore(Connection& connection, const std::string& to) {
  const std::string fresh = to + ".new";
  unlink(fresh.c_str());  // left behind by a crash, maybe
  std::atomic<std::uint64_t> uncounted{0};
  {
    auto copy = Connection::open(fresh, uncounted);
    if (!copy) return base::fail(copy.error());
    int code = SQLITE_NOMEM;
    if (auto* backup = sqlite3_backup_init(copy->handle(), "main", connection.handle(), "main")) {
      sqlite3_backup_step(backup, -1);
      code = sqlite3_backup_finish(backup);
    }
    if (code != SQLITE_OK) {
      auto failure = refuse(to, "cannot be written: " + copy->message());
      unlink(fresh.c_str());
      return failure;
    }
  }
  if (const Result<void> synced = syncFile(fresh); !synced) return synced;
  if (rename(fresh.c_str(), to.c_str()) != 0) return refuseBySystem(to, "cannot be made");
  return syncFile(std::filesystem::path(to).parent_path().string());
}

/// Whatever a migration does wrong, what was there is still there.
Result<void> keepCopy(Connection& connection, const std::string& path, std::int64_t version) {
  const std::string to = path + ".schema-" + std::to_string(version);
  base::log::info("keeping a copy of the store before its schema is changed", {{"file", to}});
  return copyStore(connection, to);
}

/// Each migration is committed with its number, so that what was interrupted goes on from there.
Result<void> migrate(Connection& connection, const std::string& path, std::int64_t from,
                     std::span<const Migration> steps) {
  for (auto next = static_cast<std::size_t>(from); next < steps.size(); ++next) {
    const Migration& migration = steps[next];
    const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                              ";PRAGMA user_version = " + std::to_string(next + 1);
    int code = SQLITE_OK;
    for (const char* sql : {"BEGIN IMMEDIATE", migration.sqlite, marks.c_str(), "COMMIT"}) {
      if (code == SQLITE_OK) code = connection.run(sql);
    }
    if (code == SQLITE_OK) continue;
    auto failure = refuse(path, code, connection);
    if (connection.inTransaction()) static_cast<void>(connection.run("ROLLBACK"));
    return failure;
  }
  return {};
}

/// The way to the first row of every table: a fixed number of pages, however large the file is.
Result<void> checkEdges(Connection& connection, const std::string& path) {
  std::vector<std::string> names;
  {
    Statement tables(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    Run run(tables);
    while (run.next()) names.push_back(run.text(0));
    if (run.code() != SQLITE_OK) return refuse(path, run.code(), connection);
  }
  for (const std::string& name : names) {
    Statement look(connection, "SELECT * FROM \"" + name + "\" LIMIT 1");
    if (connection.prepareFailure() == SQLITE_OK) {
      Run run(look);
      if (run.finish() == SQLITE_OK) continue;
    }
    return refuse(path, sqlite3_extended_errcode(connection.handle()), connection);
  }
  return {};
}

Result<void> configureWriter(Connection& connection, const std::string& path) {
  {
    Statement mode(connection, "PRAGMA journal_mode = WAL");
    Run run(mode);
    const bool isWal = run.next() && run.text(0) == "wal";
    if (run.finish() != SQLITE_OK) return refuse(path, run.code(), connection);
    if (!isWal) return refuse(path, "its file system cannot hold a write-ahead log");
  }
  // A group must not be spilled half-way, and the writer checkpoints when it suits it. The busy
  // time-out is short: the writer has its own back-off for whoever holds the lock from outside.
  const int code = connection.run(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0;"
      "PRAGMA cache_size = -16384; PRAGMA cache_spill = OFF; PRAGMA temp_store = MEMORY;"
      "PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF;"
      "PRAGMA busy_timeout = 50;");
  if (code != SQLITE_OK) return refuse(path, code, connection);
  return {};
}

std::int64_t fileBytes(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

}  // namespace

bool owesWholeCheck(const std::string& path) {
  return fileBytes(path + "-wal") > 0 && fileBytes(path) > kFullCheckBytes;
}

Result<void> checkWhole(Connection& connection, const std::string& path) {
  Statement check(connection, "PRAGMA quick_check(1)");
  if (connection.prepareFailure() != SQLITE_OK) {
    return refuse(path, connection.prepareFailure(), connection);
  }
  Run run(check);
  std::string verdict;
  if (run.next()) verdict = run.text(0);
  if (run.finish() != SQLITE_OK) return refuse(path, run.code(), connection);
  if (verdict == "ok") return {};
  for (char& c : verdict) {
    if (c == '\n') c = ' ';
  }
  return refuse(path, "damaged (" + verdict + ")");
}

Result<void> prepareStore(Connection& connection, const std::string& path,
                          std::span<const Migration> steps) {
  const auto known = static_cast<std::int64_t>(steps.size());
  // At the start another process may still be closing the file.
  sqlite3_busy_timeout(connection.handle(), 2000);
  Heading heading;
  if (const int code = readHeading(connection, heading); code != SQLITE_OK) {
    return refuse(path, code, connection);
  }
  const bool isNew = heading.version == 0 && heading.applicationId == 0 && heading.objects == 0;
  if (!isNew && heading.applicationId != kApplicationId) {
    return refuse(path, "a database of another program");
  }
  if (heading.version > known) {
    return refuse(path, "made by a newer Rookery (schema " + std::to_string(heading.version) +
                            ", this one knows " + std::to_string(known) + ")");
  }
  if (!isNew) {
    const Result<void> sound = fileBytes(path) <= kFullCheckBytes ? checkWhole(connection, path)
                                                                  : checkEdges(connection, path);
    if (!sound) return sound;
  }
  // Only an empty file can be told so, and only with it free pages are given back in slices.
  if (isNew && connection.run("PRAGMA auto_vacuum = INCREMENTAL") != SQLITE_OK) {
    return refuse(path, sqlite3_extended_errcode(connection.handle()), connection);
  }
  if (const Result<void> configured = configureWriter(connection, path); !configured) {
    return configured;
  }
  if (!isNew && heading.version < known) {
    const Result<void> kept = keepCopy(connection, path, heading.version);
    if (!kept) return kept;
  }
  return migrate(connection, path, heading.version, steps);
}

Result<void> prepareReader(Connection& connection, const std::string& path) {
  const int code = connection.run(
      "PRAGMA query_only = ON; PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY;"
      "PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = 1000;");
  if (code != SQLITE_OK) return refuse(path, code, connection);
  Heading heading;
  if (const int failure = readHeading(connection, heading); failure != SQLITE_OK) {
    return refuse(path, failure, connection);
  }
  if (heading.applicationId != kApplicationId || heading.version != schemaVersion()) {
    return refuse(path, "not a Rookery store of schema " + std::to_string(schemaVersion()));
  }
  return {};
}

}  // namespace rookery::store::sqlite
