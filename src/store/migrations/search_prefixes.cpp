#include "rookery/store/migrations.h"

namespace rookery::store {

// Words of up to four letters as beginnings of others: without an index of their own all messages
// that have such a word are gathered before the first is found. The index is filled anew.
Migration searchPrefixes() {
  return {.name = "search prefixes",
          .sqlite = R"sql(
DROP TABLE search_text;
CREATE VIRTUAL TABLE search_text USING fts5 (
  text, scope, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3 4'
);
DELETE FROM search_entries;
UPDATE search_progress SET commit_no = 0;
)sql",
          .postgres = "SELECT 1"};
}

}  // namespace rookery::store
