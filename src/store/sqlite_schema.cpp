#include "rookery/store/sqlite_schema.h"

#include <sys/stat.h>

#include <vector>

namespace rookery::store::sqlite {
namespace {

using base::ErrorCode;
using base::Result;

// Ids are blobs of 12 bytes, times milliseconds since 1970 UTC. NOCASE folds ASCII, no more.
constexpr const char* kSchema1 = R"sql(
CREATE TABLE meta (
  key TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('last_commit_no', 0);

CREATE TABLE users (
  id BLOB NOT NULL PRIMARY KEY,
  username TEXT NOT NULL COLLATE NOCASE,
  email TEXT NOT NULL COLLATE NOCASE,
  password_hash TEXT NOT NULL,
  avatar TEXT NOT NULL,
  name TEXT NOT NULL,
  about TEXT NOT NULL,
  disabled INTEGER NOT NULL,
  admin INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX users_username ON users (username);
CREATE UNIQUE INDEX users_email ON users (email);

-- `place` keeps the order of making, which two rows of one millisecond would lose.
CREATE TABLE workspaces (
  place INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  join_code TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX workspaces_join_code ON workspaces (join_code);

CREATE TABLE workspace_members (
  place INTEGER NOT NULL PRIMARY KEY,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  user_id BLOB NOT NULL REFERENCES users (id),
  role INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (workspace_id, user_id)
) STRICT;
CREATE INDEX workspace_members_user ON workspace_members (user_id);

CREATE TABLE channels (
  place INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  workspace_id BLOB NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL COLLATE NOCASE,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (workspace_id, name)
) STRICT;

CREATE TABLE rooms (
  place INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  sender_id BLOB NOT NULL REFERENCES users (id),
  reciever_id BLOB NOT NULL REFERENCES users (id),
  status INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX rooms_pair
  ON rooms (min(sender_id, reciever_id), max(sender_id, reciever_id));
CREATE INDEX rooms_sender ON rooms (sender_id);
CREATE INDEX rooms_reciever ON rooms (reciever_id);

-- A row is appended, only its keys are sorted in: with 500 conversations at once that takes half
-- the time of rows that lie in the order of their key (docs/decisions/0004).
CREATE TABLE messages (
  conversation_id BLOB NOT NULL,
  seq INTEGER NOT NULL,
  id BLOB NOT NULL,
  commit_no INTEGER NOT NULL,
  version INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  status INTEGER NOT NULL,
  sender_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  edited_at INTEGER,
  deleted_at INTEGER,
  deleted_by BLOB,
  parent_id BLOB,
  client_message_id TEXT,
  image TEXT,
  image_key TEXT,
  body TEXT NOT NULL,
  PRIMARY KEY (conversation_id, seq)
) STRICT;
CREATE UNIQUE INDEX messages_id ON messages (id);
CREATE UNIQUE INDEX messages_client_id ON messages (sender_id, client_message_id)
  WHERE client_message_id IS NOT NULL;
-- What changed after it was first committed; a new message is found by its seq.
CREATE INDEX messages_changed ON messages (conversation_id, commit_no) WHERE version > 1;

CREATE TABLE subscriptions (
  user_id BLOB NOT NULL,
  conversation_id BLOB NOT NULL,
  kind INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, conversation_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (
  user_id BLOB NOT NULL,
  conversation_id BLOB NOT NULL,
  last_read_seq INTEGER NOT NULL,
  delivered_seq INTEGER NOT NULL,
  PRIMARY KEY (user_id, conversation_id)
) STRICT, WITHOUT ROWID;

PRAGMA application_id = 0x524f4f4b;
PRAGMA user_version = 1;
)sql";

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

Result<void> createSchema(Connection& connection, const std::string& path) {
  int code = SQLITE_OK;
  for (const char* sql : {"BEGIN IMMEDIATE", kSchema1, "COMMIT"}) {
    if (code == SQLITE_OK) code = connection.run(sql);
  }
  if (code == SQLITE_OK) return {};
  auto failure = refuse(path, code, connection);
  if (connection.inTransaction()) static_cast<void>(connection.run("ROLLBACK"));
  return failure;
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

Result<void> prepareStore(Connection& connection, const std::string& path) {
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
  if (heading.version > kSchemaVersion) {
    return refuse(path, "made by a newer Rookery (schema " + std::to_string(heading.version) +
                            ", this one knows " + std::to_string(kSchemaVersion) + ")");
  }
  if (!isNew) {
    const Result<void> sound = fileBytes(path) <= kFullCheckBytes ? checkWhole(connection, path)
                                                                  : checkEdges(connection, path);
    if (!sound) return sound;
  }
  if (const Result<void> configured = configureWriter(connection, path); !configured) {
    return configured;
  }
  return isNew ? createSchema(connection, path) : Result<void>{};
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
  if (heading.applicationId != kApplicationId || heading.version != kSchemaVersion) {
    return refuse(path, "not a Rookery store of schema " + std::to_string(kSchemaVersion));
  }
  return {};
}

}  // namespace rookery::store::sqlite
