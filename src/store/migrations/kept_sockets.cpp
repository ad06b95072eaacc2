#include "rookery/store/migrations.h"

namespace rookery::store {

// Sockets whose clients may come back after a restart; `pid_hash` and `watched` are hexadecimal.
Migration keptSockets() {
  return {.name = "kept sockets",
          .sqlite = R"sql(
CREATE TABLE kept_sockets (
  pid_hash TEXT NOT NULL PRIMARY KEY,
  user_id BLOB NOT NULL,
  socket_id TEXT NOT NULL,
  watched TEXT,
  reach_from INTEGER NOT NULL,
  is_settled INTEGER NOT NULL,
  left_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_sockets_user ON kept_sockets (user_id, left_at);
CREATE INDEX kept_sockets_left ON kept_sockets (left_at);
)sql",
          .postgres = R"sql(
CREATE TABLE kept_sockets (
  pid_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  user_id BYTEA NOT NULL,
  socket_id TEXT COLLATE "C" NOT NULL,
  watched TEXT COLLATE "C",
  reach_from BIGINT NOT NULL,
  is_settled BIGINT NOT NULL,
  left_at BIGINT NOT NULL
);
CREATE INDEX kept_sockets_user ON kept_sockets (user_id, left_at);
CREATE INDEX kept_sockets_left ON kept_sockets (left_at);
)sql"};
}

}  // namespace rookery::store
