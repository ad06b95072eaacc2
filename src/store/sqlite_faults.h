#pragma once

#include <string_view>

#include "rookery/store/database.h"
#include "rookery/store/sqlite_connection.h"

namespace rookery::store::sqlite {

/// What a retry could do about an extended result code (https://sqlite.org/rescode.html).
[[nodiscard]] WriteFault classify(int code);

/// The outcome of a statement of the writer; logs the cause unless it is none or a conflict.
/// `what` is a literal that names the statement.
[[nodiscard]] WriteResult writeResult(int code, const Connection& connection,
                                      std::string_view what);

}  // namespace rookery::store::sqlite
