#pragma once

#include <memory>

#include "rookery/store/database.h"
#include "rookery/store/postgres_connection.h"

namespace rookery::store::postgres {

/// `connection` has been through prepareStore(). The error's message is one line for people.
[[nodiscard]] Result<std::unique_ptr<Database>> makeDatabase(Connection connection,
                                                             StoreStats& stats);

/// `connection` has been through prepareReader().
[[nodiscard]] Result<std::unique_ptr<Reader>> makeReader(Connection connection);

}  // namespace rookery::store::postgres
