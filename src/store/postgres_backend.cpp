#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "rookery/store/database.h"
#include "rookery/store/postgres_database.h"
#include "rookery/store/postgres_schema.h"

namespace rookery::store {
namespace {

using postgres::Connection;

class PostgresBackend final : public Backend {
 public:
  explicit PostgresBackend(std::string url) : url_(std::move(url)) {}

  Result<std::unique_ptr<Database>> openWriter() override {
    // The name tells our own lost session from another server's: it is this process's alone.
    static std::atomic<std::uint64_t> opened{0};
    const std::string name =
        fmt::format("rookery writer {}.{}.{}", getpid(),
                    std::chrono::system_clock::now().time_since_epoch().count(), ++opened);
    auto connection = open(name, Connection::Role::kWriter, stats_.statements);
    if (!connection) return base::fail(connection.error());
    if (const auto ready = postgres::prepareStore(*connection); !ready) {
      return base::fail(ready.error());
    }
    return postgres::makeDatabase(std::move(*connection), stats_, users_);
  }

  Result<std::unique_ptr<Reader>> openReader() override {
    auto connection = open("rookery reader", Connection::Role::kReader, stats_.reads);
    if (!connection) return base::fail(connection.error());
    if (const auto ready = postgres::prepareReader(*connection); !ready) {
      return base::fail(ready.error());
    }
    return postgres::makeReader(std::move(*connection), users_);
  }

  StoreStats& stats() override { return stats_; }

 private:
  Result<Connection> open(std::string name, Connection::Role role,
                          std::atomic<std::uint64_t>& uses) {
    return Connection::open({.url = url_, .name = std::move(name), .role = role}, uses);
  }

  std::string url_;
  StoreStats stats_;
  /// Another server writes to the same database once this one has lost it.
  UserMemory users_{std::chrono::seconds(10)};
};

}  // namespace

std::unique_ptr<Backend> postgresBackend(std::string url) {
  return std::make_unique<PostgresBackend>(std::move(url));
}

std::unique_ptr<Backend> backendFor(const std::string& url) {
  if (url.starts_with(kPostgresScheme)) return postgresBackend(url);
  if (url.starts_with(kSqliteScheme)) return sqliteBackend(url.substr(kSqliteScheme.size()));
  return nullptr;
}

}  // namespace rookery::store
