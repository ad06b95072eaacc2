#include "rookery/store/migrations.h"

namespace rookery::store {

// `token_version` rises when all tokens of a user are to end. A conversation that was deleted is
// kept by its id until its messages are gone, which takes as many commits as they need.
Migration administration() {
  return {.name = "administration",
          .sqlite = R"sql(
ALTER TABLE users ADD COLUMN token_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workspaces ADD COLUMN image TEXT NOT NULL DEFAULT '';
CREATE TABLE deleted_conversations (
  id BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
)sql",
          .postgres = R"sql(
ALTER TABLE users ADD COLUMN token_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE workspaces ADD COLUMN image TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE TABLE deleted_conversations (
  id BYTEA NOT NULL PRIMARY KEY
);
)sql"};
}

}  // namespace rookery::store
