#include "rookery/store/migrations.h"

namespace rookery::store {

// PostgreSQL keeps what is new in its index of words in a list, which each search reads through: at
// the default length, 4 MB, that was most of what a rare word took.
Migration searchPending() {
  return {.name = "search pending",
          .sqlite = "SELECT 1",
          .postgres = R"sql(
ALTER INDEX search_text_words SET (gin_pending_list_limit = 128);
)sql"};
}

}  // namespace rookery::store
