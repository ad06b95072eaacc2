#include "rookery/store/migrations.h"

namespace rookery::store {

// Derived from messages by a pass behind their commits, which the index on commit_no serves. Tables
// whose names begin with search_ are left out of copies: they are filled again from the messages.
Migration search() {
  return {.name = "search",
          .sqlite = R"sql(
CREATE INDEX messages_commit ON messages (commit_no);
CREATE TABLE search_entries (
  place INTEGER NOT NULL PRIMARY KEY,
  message_id BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE search_progress (commit_no INTEGER NOT NULL) STRICT;
INSERT INTO search_progress VALUES (0);
CREATE VIRTUAL TABLE search_text USING fts5 (
  text, scope, tokenize = 'unicode61 remove_diacritics 2'
);
)sql",
          .postgres = R"sql(
CREATE INDEX messages_commit ON messages (commit_no);
CREATE TABLE search_entries (
  place BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id BYTEA NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);
CREATE TABLE search_progress (commit_no BIGINT NOT NULL);
INSERT INTO search_progress VALUES (0);
CREATE TABLE search_text (
  place BIGINT NOT NULL PRIMARY KEY,
  conversation_id BYTEA NOT NULL,
  sender_id BYTEA NOT NULL,
  text TEXT COLLATE "C" NOT NULL,
  words TSVECTOR NOT NULL
);
CREATE INDEX search_text_words ON search_text USING GIN (words);
CREATE INDEX search_text_conversation ON search_text (conversation_id, place);
)sql"};
}

}  // namespace rookery::store
