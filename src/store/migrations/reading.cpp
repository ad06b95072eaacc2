#include "rookery/store/migrations.h"

namespace rookery::store {

// What was there before cursors were kept counts as read: nobody wants to hear of it as news.
Migration reading() {
  return {.name = "read and delivered marks",
          .sqlite = R"sql(
ALTER TABLE cursors ADD COLUMN read_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN commit_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN offered_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN offers INTEGER NOT NULL DEFAULT 0;
CREATE INDEX cursors_conversation ON cursors (conversation_id, read_at);
INSERT INTO cursors (user_id, conversation_id, last_read_seq, delivered_seq)
  SELECT own.user_id, own.id, last.seq, last.seq
  FROM (SELECT sender_id AS user_id, id FROM rooms
        UNION SELECT reciever_id, id FROM rooms
        UNION SELECT user_id, conversation_id FROM subscriptions) AS own
  JOIN (SELECT conversation_id, max(seq) AS seq FROM messages GROUP BY conversation_id) AS last
    ON last.conversation_id = own.id;

CREATE TABLE presence (
  user_id BLOB NOT NULL PRIMARY KEY,
  status INTEGER NOT NULL,
  last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql",
          .postgres = R"sql(
ALTER TABLE cursors ADD COLUMN read_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN commit_no BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN offered_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cursors ADD COLUMN offers BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cursors_conversation ON cursors (conversation_id, read_at);
INSERT INTO cursors (user_id, conversation_id, last_read_seq, delivered_seq)
  SELECT own.user_id, own.id, last.seq, last.seq
  FROM (SELECT sender_id AS user_id, id FROM rooms
        UNION SELECT reciever_id, id FROM rooms
        UNION SELECT user_id, conversation_id FROM subscriptions) AS own
  JOIN (SELECT conversation_id, max(seq) AS seq FROM messages GROUP BY conversation_id) AS last
    ON last.conversation_id = own.id;

CREATE TABLE presence (
  user_id BYTEA NOT NULL PRIMARY KEY,
  status BIGINT NOT NULL,
  last_seen BIGINT NOT NULL
);
)sql"};
}

}  // namespace rookery::store
