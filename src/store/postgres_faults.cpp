#include "rookery/store/postgres_faults.h"

#include "rookery/base/log.h"

namespace rookery::store::postgres {

using base::ErrorCode;

WriteFault classify(const Reply& reply) {
  if (reply.isLost) return WriteFault::kTransient;
  const std::string_view state = reply.sqlState;
  if (state.empty()) return WriteFault::kNone;
  if (state == "23505" || state == "23503") return WriteFault::kConflict;  // unique, foreign key
  // Connection, resources (also a full disk), operator, rolled back by the server, locked.
  for (const std::string_view kind : {"08", "53", "57", "40", "55"}) {
    if (state.starts_with(kind)) return WriteFault::kTransient;
  }
  // A standby, or a server that was told to be read-only; I/O errors, which end in a rollback.
  if (state == "25006" || state == "58030") return WriteFault::kTransient;
  return WriteFault::kStatement;
}

WriteResult writeResult(const Reply& reply, std::string_view what) {
  WriteResult result{.fault = classify(reply), .error = {}};
  switch (result.fault) {
    case WriteFault::kNone:
      return result;
    case WriteFault::kConflict:
      result.error = {ErrorCode::kConflict, "It exists already"};
      return result;
    case WriteFault::kTransient:
    case WriteFault::kInDoubt:
      result.error = {ErrorCode::kStoreFailed, "The store takes no writes at the moment"};
      break;
    case WriteFault::kBroken:
    case WriteFault::kStatement:
      result.error = {ErrorCode::kStoreFailed, "The store could not keep it"};
      break;
  }
  base::log::limited(base::log::Level::kWarn, "a write to the store failed",
                     {{"event", what}, {"code", reply.sqlState}, {"error", reply.message}});
  return result;
}

}  // namespace rookery::store::postgres
