#pragma once

#include <string>

#include "rookery/base/error.h"
#include "rookery/store/migrations.h"
#include "rookery/store/sqlite_connection.h"

namespace rookery::store::sqlite {

/// "ROOK": tells our files from other programs' (https://sqlite.org/fileformat.html, offset 68).
inline constexpr int kApplicationId = 0x524f4f4b;

/// Makes a writing connection ready: looks at what the file is, sets it up for durable commits
/// and brings it to the schema after `steps`, with a copy kept aside (`<path>.schema-<old>`). The
/// error's message is one line for people: damaged, of another program, or made by a newer Rookery.
/// Such a file is left as it was.
[[nodiscard]] base::Result<void> prepareStore(Connection& connection, const std::string& path,
                                              std::span<const Migration> steps = migrations());

/// Asked before the file is opened: whether its last writer ended without closing it (a log is
/// left, https://sqlite.org/wal.html), and the file is too long to be checked whole by
/// prepareStore().
[[nodiscard]] bool owesWholeCheck(const std::string& path);

/// Reads every page (PRAGMA quick_check). The error's message is one line for people; the
/// connection's progress handler may end it early, which is an error as well.
[[nodiscard]] base::Result<void> checkWhole(Connection& connection, const std::string& path);

/// Makes a reading connection ready; the store has been prepared by a writer.
[[nodiscard]] base::Result<void> prepareReader(Connection& connection, const std::string& path);

}  // namespace rookery::store::sqlite
