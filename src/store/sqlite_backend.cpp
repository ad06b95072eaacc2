#include <string>
#include <utility>

#include "rookery/store/database.h"
#include "rookery/store/sqlite_database.h"
#include "rookery/store/sqlite_schema.h"

namespace rookery::store {
namespace {

class SqliteBackend final : public Backend {
 public:
  explicit SqliteBackend(std::string path) : path_(std::move(path)) {}

  Result<std::unique_ptr<Database>> openWriter() override {
    auto connection = sqlite::Connection::open(path_, stats_.statements);
    if (!connection) return base::fail(connection.error());
    if (const auto ready = sqlite::prepareStore(*connection, path_); !ready) {
      return base::fail(ready.error());
    }
    return sqlite::makeDatabase(std::move(*connection), stats_);
  }

  Result<std::unique_ptr<Reader>> openReader() override {
    auto connection = sqlite::Connection::open(path_, stats_.reads);
    if (!connection) return base::fail(connection.error());
    if (const auto ready = sqlite::prepareReader(*connection, path_); !ready) {
      return base::fail(ready.error());
    }
    return sqlite::makeReader(std::move(*connection));
  }

  StoreStats& stats() override { return stats_; }

 private:
  std::string path_;
  StoreStats stats_;
};

}  // namespace

std::unique_ptr<Backend> sqliteBackend(std::string path) {
  return std::make_unique<SqliteBackend>(std::move(path));
}

}  // namespace rookery::store
