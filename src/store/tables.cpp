#include "rookery/store/tables.h"

#include "rookery/store/database.h"

namespace rookery::store {

Result<std::unique_ptr<TableSource>> openTables(const std::string& url) {
  if (url.starts_with(kPostgresScheme)) return postgres::openTables(url);
  return sqlite::openTables(url.substr(kSqliteScheme.size()));
}

Result<std::unique_ptr<TableSink>> openTableSink(const std::string& url) {
  if (url.starts_with(kPostgresScheme)) return postgres::openTableSink(url);
  return sqlite::openTableSink(url.substr(kSqliteScheme.size()));
}

}  // namespace rookery::store
