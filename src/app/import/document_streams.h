#pragma once

#include <optional>
#include <string>

#include "rookery/app/import/dump.h"
#include "rookery/app/import/input_file.h"

/// The forms in which documents lie in files. Each function ends with the first failure of `take`,
/// and reports what it could not read.
/// Thread: the caller's.
namespace rookery::app {

/// Documents one after the other (bsonspec.org).
[[nodiscard]] base::Result<void> eachBson(InputFile& file, const Dump::Take& take,
                                          const Dump::Report& report);

/// Objects of extended JSON, one a line, or as elements of one array. After a damaged one it goes
/// on with the next line that begins an object.
[[nodiscard]] base::Result<void> eachJson(InputFile& file, const Dump::Take& take,
                                          const Dump::Report& report);

/// Documents of `collection` in an archive, in which those of several lie mixed.
[[nodiscard]] base::Result<void> eachArchived(InputFile& file, const std::string& collection,
                                              const Dump::Take& take, const Dump::Report& report);

/// Whether the file begins as archives do.
[[nodiscard]] bool isArchive(InputFile& file);

/// Calls `take` with (database, collection) of each collection that the archive says it has. The
/// file has just been opened. kInvalidPayload when that part is damaged.
[[nodiscard]] base::Result<void> eachArchivedName(
    InputFile& file, const std::function<void(const std::string&, const std::string&)>& take);

}  // namespace rookery::app
