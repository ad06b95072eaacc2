#include "rookery/store/migrations.h"

namespace rookery::store {

// Ids are 12 bytes, times milliseconds since 1970 UTC. Names are unique but for the case of ASCII
// letters, whatever the locale is: NOCASE folds no others, nor does lower() under "C".
Migration firstSchema() {
  return {.name = "first schema",
          .sqlite = R"sql(
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
)sql",
          .postgres = R"sql(
CREATE TABLE meta (
  key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO meta VALUES ('last_commit_no', 0);

CREATE TABLE users (
  id BYTEA NOT NULL PRIMARY KEY,
  username TEXT COLLATE "C" NOT NULL,
  email TEXT COLLATE "C" NOT NULL,
  password_hash TEXT COLLATE "C" NOT NULL,
  avatar TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  about TEXT COLLATE "C" NOT NULL,
  disabled BIGINT NOT NULL,
  admin BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_username ON users (lower(username));
CREATE UNIQUE INDEX users_email ON users (lower(email));

CREATE TABLE workspaces (
  place BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id BYTEA NOT NULL UNIQUE,
  name TEXT COLLATE "C" NOT NULL,
  description TEXT COLLATE "C" NOT NULL,
  join_code TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX workspaces_join_code ON workspaces (join_code);

CREATE TABLE workspace_members (
  place BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id BYTEA NOT NULL REFERENCES workspaces (id),
  user_id BYTEA NOT NULL REFERENCES users (id),
  role BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (workspace_id, user_id)
);
CREATE INDEX workspace_members_user ON workspace_members (user_id);

CREATE TABLE channels (
  place BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id BYTEA NOT NULL UNIQUE,
  workspace_id BYTEA NOT NULL REFERENCES workspaces (id),
  name TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX channels_name ON channels (workspace_id, lower(name));

CREATE TABLE rooms (
  place BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id BYTEA NOT NULL UNIQUE,
  sender_id BYTEA NOT NULL REFERENCES users (id),
  reciever_id BYTEA NOT NULL REFERENCES users (id),
  status BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX rooms_pair
  ON rooms (least(sender_id, reciever_id), greatest(sender_id, reciever_id));
CREATE INDEX rooms_sender ON rooms (sender_id);
CREATE INDEX rooms_reciever ON rooms (reciever_id);

CREATE TABLE messages (
  conversation_id BYTEA NOT NULL,
  seq BIGINT NOT NULL,
  id BYTEA NOT NULL,
  commit_no BIGINT NOT NULL,
  version BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  status BIGINT NOT NULL,
  sender_id BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  edited_at BIGINT,
  deleted_at BIGINT,
  deleted_by BYTEA,
  parent_id BYTEA,
  client_message_id TEXT COLLATE "C",
  image TEXT COLLATE "C",
  image_key TEXT COLLATE "C",
  body TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (conversation_id, seq)
);
CREATE UNIQUE INDEX messages_id ON messages (id);
CREATE UNIQUE INDEX messages_client_id ON messages (sender_id, client_message_id)
  WHERE client_message_id IS NOT NULL;
CREATE INDEX messages_changed ON messages (conversation_id, commit_no) WHERE version > 1;

CREATE TABLE subscriptions (
  user_id BYTEA NOT NULL,
  conversation_id BYTEA NOT NULL,
  kind BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, conversation_id)
);

CREATE TABLE cursors (
  user_id BYTEA NOT NULL,
  conversation_id BYTEA NOT NULL,
  last_read_seq BIGINT NOT NULL,
  delivered_seq BIGINT NOT NULL,
  PRIMARY KEY (user_id, conversation_id)
);
)sql"};
}

}  // namespace rookery::store
