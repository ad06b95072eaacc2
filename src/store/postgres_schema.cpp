#include "rookery/store/postgres_schema.h"

#include "rookery/base/log.h"

namespace rookery::store::postgres {
namespace {

using base::Result;

constexpr int kLeastVersion = 150'000;
/// "ROOK", as in the head of our SQLite files: the advisory lock of the one that writes.
constexpr std::int64_t kWriterLock = 0x524f4f4b;

tl::unexpected<base::Error> refuse(const Connection& connection, const std::string& reason) {
  return base::fail(base::ErrorCode::kStoreFailed, connection.place() + ": " + reason);
}

Result<std::string> askText(Connection& connection, std::string_view sql) {
  Statement statement(connection, sql);
  Run run(statement);
  if (!run.ok()) return refuse(connection, connection.failureOf(run));
  return run.next() ? run.text(0) : std::string();
}

Result<std::int64_t> askNumber(Connection& connection, std::string_view sql) {
  Statement statement(connection, sql);
  Run run(statement);
  if (!run.ok()) return refuse(connection, connection.failureOf(run));
  return run.next() ? run.integer(0) : 0;
}

Result<std::int64_t> schemaOf(Connection& connection) {
  const auto hasMeta =
      askNumber(connection, "SELECT CASE WHEN to_regclass('meta') IS NULL THEN 0 ELSE 1 END");
  if (!hasMeta) return base::fail(hasMeta.error());
  if (*hasMeta == 0) return 0;
  const auto version = askNumber(connection, "SELECT value FROM meta WHERE key = 'schema_version'");
  if (!version || *version == 0) return refuse(connection, "holds tables of another program");
  return version;
}

/// Whatever a migration does wrong, what was there is still there.
Result<void> keepCopy(Connection& connection, std::int64_t version) {
  const std::string copy = "rookery_schema_" + std::to_string(version);
  base::log::info("keeping a copy of the store before its schema is changed", {{"file", copy}});
  return connection.script(
      "DROP SCHEMA IF EXISTS " + copy + " CASCADE; CREATE SCHEMA " + copy +
      "; DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = "
      "current_schema() LOOP EXECUTE format('CREATE TABLE " +
      copy + ".%I AS TABLE %I', t, t); END LOOP; END $$");
}

/// Each migration is committed with its number, so that what was interrupted goes on from there.
Result<void> migrate(Connection& connection, std::int64_t from, std::span<const Migration> steps) {
  for (auto next = static_cast<std::size_t>(from); next < steps.size(); ++next) {
    const Result<void> done = connection.script(
        std::string("BEGIN; ") + steps[next].postgres +
        "; INSERT INTO meta VALUES ('schema_version', " + std::to_string(next + 1) +
        ") ON CONFLICT (key) DO UPDATE SET value = excluded.value; COMMIT");
    if (!done) return done;
  }
  return {};
}

}  // namespace

Result<void> becomeWriter(Connection& connection) {
  if (connection.serverVersion() < kLeastVersion) {
    return refuse(connection, "PostgreSQL 15 or newer is needed");
  }
  const auto fsync = askText(connection, "SELECT current_setting('fsync')");
  if (!fsync) return base::fail(fsync.error());
  if (*fsync != "on") {
    return refuse(connection, "fsync is off: what is confirmed could be lost, so it is refused");
  }
  const auto encoding = askText(connection, "SELECT current_setting('server_encoding')");
  if (!encoding) return base::fail(encoding.error());
  if (*encoding != "UTF8") return refuse(connection, "its encoding is " + *encoding + ", not UTF8");

  // What a lost connection of ours has left behind may still commit: it is ended, and its lock is
  // free only after that. So what is read afterwards is final.
  Statement end(connection,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE application_name = ?1 AND pid <> pg_backend_pid()");
  Run ended(end, connection.name());
  if (!ended.ok()) return refuse(connection, connection.failureOf(ended));
  Statement wait(connection, "SELECT set_config('lock_timeout', '3000', false)");
  Run waits(wait);
  Statement lock(connection, "SELECT pg_advisory_lock(?1)");
  Run locked(lock, kWriterLock);
  if (locked.ok()) return {};
  if (locked.reply().sqlState == "55P03") {
    return refuse(connection, "in use by another server");
  }
  return refuse(connection, connection.failureOf(locked));
}

Result<void> prepareStore(Connection& connection, std::span<const Migration> steps) {
  if (const Result<void> is = becomeWriter(connection); !is) return is;
  const auto version = schemaOf(connection);
  if (!version) return base::fail(version.error());
  const auto known = static_cast<std::int64_t>(steps.size());
  if (*version > known) {
    return refuse(connection, "made by a newer Rookery (schema " + std::to_string(*version) +
                                  ", this one knows " + std::to_string(known) + ")");
  }
  if (*version > 0 && *version < known) {
    if (const Result<void> kept = keepCopy(connection, *version); !kept) return kept;
  }
  return migrate(connection, *version, steps);
}

Result<void> prepareReader(Connection& connection) {
  const auto version = schemaOf(connection);
  if (!version) return base::fail(version.error());
  if (*version != schemaVersion()) {
    return refuse(connection, "not a Rookery store of schema " + std::to_string(schemaVersion()));
  }
  return {};
}

}  // namespace rookery::store::postgres
