#include "rookery/store/migrations.h"

namespace rookery::store {

// What happens to a message after it was committed. A thread is found by its parent, a pin by its
// conversation; both are few, so their indexes are partial.
Migration content() {
  return {.name = "edits, reactions, pins and threads",
          .sqlite = R"sql(
ALTER TABLE messages ADD COLUMN pinned_at INTEGER;
ALTER TABLE messages ADD COLUMN pinned_by BLOB;
ALTER TABLE messages ADD COLUMN reply_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN last_reply_at INTEGER;
CREATE INDEX messages_thread ON messages (parent_id, seq) WHERE parent_id IS NOT NULL;
CREATE INDEX messages_pinned ON messages (conversation_id, pinned_at) WHERE pinned_at IS NOT NULL;

-- What a message said before it was edited, by the version that it had then.
CREATE TABLE message_versions (
  message_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  PRIMARY KEY (message_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE reactions (
  message_id BLOB NOT NULL,
  emoji TEXT NOT NULL,
  user_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (message_id, emoji, user_id)
) STRICT, WITHOUT ROWID;
)sql",
          .postgres = R"sql(
ALTER TABLE messages ADD COLUMN pinned_at BIGINT;
ALTER TABLE messages ADD COLUMN pinned_by BYTEA;
ALTER TABLE messages ADD COLUMN reply_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN last_reply_at BIGINT;
CREATE INDEX messages_thread ON messages (parent_id, seq) WHERE parent_id IS NOT NULL;
CREATE INDEX messages_pinned ON messages (conversation_id, pinned_at) WHERE pinned_at IS NOT NULL;

CREATE TABLE message_versions (
  message_id BYTEA NOT NULL,
  version BIGINT NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (message_id, version)
);

CREATE TABLE reactions (
  message_id BYTEA NOT NULL,
  emoji TEXT COLLATE "C" NOT NULL,
  user_id BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (message_id, emoji, user_id)
);
)sql"};
}

}  // namespace rookery::store
