#include "rookery/store/migrations.h"

namespace rookery::store {

// Where messages of a time can be: for each 1 024 places the oldest and the newest times. And where
// those of a sender are, on PostgreSQL.
Migration searchSpans() {
  return {.name = "search spans", .sqlite = R"sql(
CREATE TABLE search_spans (
  span INTEGER NOT NULL PRIMARY KEY,
  oldest INTEGER NOT NULL,
  newest INTEGER NOT NULL
) STRICT;
INSERT INTO search_spans SELECT place / 1024, min(created_at), max(created_at)
  FROM search_entries GROUP BY place / 1024;
)sql", .postgres = R"sql(
CREATE TABLE search_spans (
  span BIGINT NOT NULL PRIMARY KEY,
  oldest BIGINT NOT NULL,
  newest BIGINT NOT NULL
);
INSERT INTO search_spans SELECT place / 1024, min(created_at), max(created_at)
  FROM search_entries GROUP BY place / 1024;
CREATE INDEX search_text_sender ON search_text (sender_id, place);
)sql"};
}

}  // namespace rookery::store
