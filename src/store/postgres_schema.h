#pragma once

#include <span>

#include "rookery/base/error.h"
#include "rookery/store/migrations.h"
#include "rookery/store/postgres_connection.h"

namespace rookery::store::postgres {

/// Looks at what the server is (15 or newer, fsync=on, UTF8), becomes the only writer of the
/// database, and brings its schema forward by `steps`; the tables of an older schema are copied
/// into the schema `rookery_schema_<old>` first. The error's message is one line for people.
[[nodiscard]] base::Result<void> prepareStore(Connection& connection,
                                              std::span<const Migration> steps = migrations());

/// The part of it that holds for a session: again after each reconnect.
[[nodiscard]] base::Result<void> becomeWriter(Connection& connection);

/// The store has been prepared by a writer.
[[nodiscard]] base::Result<void> prepareReader(Connection& connection);

}  // namespace rookery::store::postgres
