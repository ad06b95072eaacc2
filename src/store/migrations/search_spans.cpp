#include "rookery/store/migrations.h"

namespace rookery::store {

// PostgreSQL's index of words knows no order: see postgres_search.h. A span is 1 024 places.
Migration searchSpans() {
  return {.name = "search spans", .sqlite = "SELECT 1", .postgres = R"sql(
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
