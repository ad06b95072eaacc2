#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "rookery/store/database.h"
#include "support/temp_folder.h"

namespace rookery::test {

/// A kind of store that the suites run on: the real one, in a place of its own.
struct StoreKind {
  const char* name;
  std::unique_ptr<store::Backend> (*open)(const std::filesystem::path& folder);
};

inline std::filesystem::path sqliteFile(const std::filesystem::path& folder) {
  return folder / "rookery.db";
}

/// For INSTANTIATE_TEST_SUITE_P(All, Suite, storeBackends(), backendName).
inline auto storeBackends() {
  return testing::Values(StoreKind{"Sqlite", [](const std::filesystem::path& folder) {
                                     return store::sqliteBackend(sqliteFile(folder).string());
                                   }});
}
inline std::string backendName(const testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}
inline void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

}  // namespace rookery::test
