#pragma once

#include <cstdint>
#include <string>

#include "rookery/base/error.h"

/// Whole stores: copies of them, and what tidies them up. URLs are as backendFor() takes them.
/// Thread: one at a time; calls read and write files and may take long, never on a loop.
/// Errors: kInvalidPayload and kConflict for what was asked, kStoreFailed else; one line for
/// people.
namespace rookery::store {

using base::Result;

struct Copied {
  std::uint64_t tables = 0;
  std::uint64_t rows = 0;
};

/// Carries everything over from one store to another, which is made when it is missing and must be
/// empty. Nothing else writes to either.
[[nodiscard]] Result<Copied> copyStore(const std::string& from, const std::string& to);

/// Writes the store, as it is at one moment, into the new file `out`: an SQLite file, whatever the
/// store is. It is complete and synced, or not there. May be done while a server writes.
[[nodiscard]] Result<void> backupStore(const std::string& url, const std::string& out);

/// Replaces the store by the one in the file, after looking whether that is sound. What was there
/// is kept as `<file>.before-restore`; a database in PostgreSQL must be empty. Nobody uses it.
[[nodiscard]] Result<void> restoreStore(const std::string& file, const std::string& url);

/// Writes each table into the new folder `out` as `<table>.jsonl`, a JSON object a row; ids are
/// hex, what is not set is left out, and so are passwords. May be done while a server writes.
[[nodiscard]] Result<Copied> exportStore(const std::string& url, const std::string& out);

/// Gives free pages back, in slices between which a server commits. SQLite files that were made
/// before this was possible need vacuumOffline() once.
[[nodiscard]] Result<void> vacuumOnline(const std::string& url);
/// Writes the whole store anew. Nobody uses it.
[[nodiscard]] Result<void> vacuumOffline(const std::string& url);

}  // namespace rookery::store
