#pragma once

#include <memory>

#include "rookery/store/database.h"
#include "rookery/store/sqlite_connection.h"
#include "rookery/store/user_memory.h"

namespace rookery::store::sqlite {

/// `connection` to `path` has been through prepareStore(); the rest outlives what is made. The
/// error's message is one line for people.
[[nodiscard]] Result<std::unique_ptr<Database>> makeDatabase(Connection connection,
                                                             const std::string& path,
                                                             StoreStats& stats, UserMemory& users);

/// `connection` has been through prepareReader().
[[nodiscard]] Result<std::unique_ptr<Reader>> makeReader(Connection connection, UserMemory& users);

}  // namespace rookery::store::sqlite
