#pragma once

#include <string_view>

#include "rookery/store/database.h"
#include "rookery/store/postgres_connection.h"

namespace rookery::store::postgres {

/// What a retry could do about a reply
/// (https://www.postgresql.org/docs/15/errcodes-appendix.html). A lost connection is kTransient:
/// whether a COMMIT is in doubt is known to the caller alone.
[[nodiscard]] WriteFault classify(const Reply& reply);

/// The outcome of a statement of the writer; logs the cause unless it is none or a conflict.
[[nodiscard]] WriteResult writeResult(const Reply& reply, std::string_view what);

}  // namespace rookery::store::postgres
