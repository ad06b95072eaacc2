#include "rookery/store/migrations.h"

namespace rookery::store {

// `mark` and `name` are what a message names a file by (rest.md, pre-signed-url).
Migration accounts() {
  return {.name = "accounts and files",
          .sqlite = R"sql(
CREATE TABLE one_time_codes (
  user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id),
  hash TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  tries INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE ended_sessions (
  id BLOB NOT NULL PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE files (
  id TEXT NOT NULL PRIMARY KEY,
  owner_id BLOB NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  mark TEXT NOT NULL,
  type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX files_owner ON files (owner_id, mark);
)sql",
          .postgres = R"sql(
CREATE TABLE one_time_codes (
  user_id BYTEA NOT NULL PRIMARY KEY REFERENCES users (id),
  hash TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  tries BIGINT NOT NULL
);
CREATE TABLE ended_sessions (
  id BYTEA NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE TABLE files (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  owner_id BYTEA NOT NULL REFERENCES users (id),
  name TEXT COLLATE "C" NOT NULL,
  mark TEXT COLLATE "C" NOT NULL,
  type TEXT COLLATE "C" NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX files_owner ON files (owner_id, mark);
)sql"};
}

}  // namespace rookery::store
