#include <string>
#include <utility>

#include "rookery/base/log.h"
#include "rookery/store/database.h"
#include "rookery/store/sqlite_database.h"
#include "rookery/store/sqlite_log_file.h"
#include "rookery/store/sqlite_schema.h"

namespace rookery::store {
namespace {

class SqliteBackend final : public Backend {
 public:
  explicit SqliteBackend(std::string path) : path_(std::move(path)) {}

  Result<std::unique_ptr<Database>> openWriter() override {
    owesCheck_ = sqlite::owesWholeCheck(path_);
    auto connection = sqlite::Connection::open(path_, stats_.statements, sqlite::logWritingVfs());
    if (!connection) return base::fail(connection.error());
    if (const auto ready = sqlite::prepareStore(*connection, path_); !ready) {
      return base::fail(ready.error());
    }
    return sqlite::makeDatabase(std::move(*connection), path_, stats_, users_);
  }

  Result<std::unique_ptr<Reader>> openReader() override {
    auto connection = sqlite::Connection::open(path_, stats_.reads);
    if (!connection) return base::fail(connection.error());
    if (const auto ready = sqlite::prepareReader(*connection, path_); !ready) {
      return base::fail(ready.error());
    }
    return sqlite::makeReader(std::move(*connection), users_);
  }

  Result<void> checkAfterCutOff(std::stop_token stop) override {
    if (!owesCheck_) return {};
    auto connection = sqlite::Connection::open(path_, stats_.reads);
    if (!connection) return base::fail(connection.error());
    if (const auto ready = sqlite::prepareReader(*connection, path_); !ready) return ready;
    const auto isOver = [](void* token) {
      return static_cast<int>(static_cast<std::stop_token*>(token)->stop_requested());
    };
    sqlite3_progress_handler(connection->handle(), kStepsBetweenLooks, isOver, &stop);
    const auto sound = sqlite::checkWhole(*connection, path_);
    if (stop.stop_requested()) return {};
    if (sound) base::log::info("the store is whole after its unclean stop", {{"path", path_}});
    return sound;
  }

  StoreStats& stats() override { return stats_; }

 private:
  static constexpr int kStepsBetweenLooks = 10'000;

  std::string path_;
  bool owesCheck_ = false;
  StoreStats stats_;
  UserMemory users_;
};

}  // namespace

std::unique_ptr<Backend> sqliteBackend(std::string path) {
  return std::make_unique<SqliteBackend>(std::move(path));
}

}  // namespace rookery::store
