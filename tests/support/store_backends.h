#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "rookery/store/database.h"
#include "support/store/postgres_server.h"
#include "support/temp_folder.h"

namespace rookery::test {

/// A kind of store that the suites run on: the real one, in a place of its own.
struct StoreKind {
  const char* name;
  std::unique_ptr<store::Backend> (*open)(const std::filesystem::path& folder);
  /// Leaves nothing of what open() made there; nothing of it may be open.
  void (*clear)(const std::filesystem::path& folder);
};

inline std::filesystem::path sqliteFile(const std::filesystem::path& folder) {
  return folder / "rookery.db";
}

/// For INSTANTIATE_TEST_SUITE_P(All, Suite, storeBackends(), backendName).
inline auto storeBackends() {
  return testing::Values(
      StoreKind{"Sqlite",
                [](const std::filesystem::path& folder) {
                  return store::sqliteBackend(sqliteFile(folder).string());
                },
                [](const std::filesystem::path& folder) {
                  std::filesystem::remove_all(folder);
                  std::filesystem::create_directory(folder);
                }},
      StoreKind{"Postgres",
                [](const std::filesystem::path& folder) {
                  return store::postgresBackend(PostgresServer::shared().databaseFor(folder));
                },
                [](const std::filesystem::path& folder) {
                  PostgresServer& server = PostgresServer::shared();
                  static_cast<void>(server.ask(server.databaseFor(folder),
                                               "DROP SCHEMA public CASCADE; CREATE SCHEMA public"));
                }});
}
inline std::string backendName(const testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}
inline void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

}  // namespace rookery::test
