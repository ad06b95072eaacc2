#pragma once

#include <string>

#include "rookery/base/error.h"
#include "rookery/store/sqlite_connection.h"

namespace rookery::store::sqlite {

/// The schema that this program reads and writes; kept in the file's user_version.
inline constexpr int kSchemaVersion = 1;
/// "ROOK": tells our files from other programs' (https://sqlite.org/fileformat.html, offset 68).
inline constexpr int kApplicationId = 0x524f4f4b;

/// Makes a writing connection ready: looks at what the file is, sets it up for durable commits
/// and brings it to kSchemaVersion. The error's message is one line for people: damaged, of
/// another program, or made by a newer Rookery. Such a file is left as it was.
[[nodiscard]] base::Result<void> prepareStore(Connection& connection, const std::string& path);

/// Makes a reading connection ready; the store has been prepared by a writer.
[[nodiscard]] base::Result<void> prepareReader(Connection& connection, const std::string& path);

}  // namespace rookery::store::sqlite
