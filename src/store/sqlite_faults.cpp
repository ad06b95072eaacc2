#include "rookery/store/sqlite_faults.h"

#include "rookery/base/log.h"

namespace rookery::store::sqlite {

using base::ErrorCode;

WriteFault classify(int code) {
  switch (code) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return WriteFault::kNone;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return WriteFault::kConflict;
    // After a failed fsync the kernel may have dropped the pages and call the next one a success.
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC:
    case SQLITE_IOERR_CLOSE:
      return WriteFault::kBroken;
    // EFBIG and EIO on the way into the log: its last valid commit is untouched. ENOSPC is
    // SQLITE_FULL, or one of these when the shared-memory index cannot grow.
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMMAP:
    case SQLITE_IOERR_SHMOPEN:
    case SQLITE_IOERR_NOMEM:
      return WriteFault::kTransient;
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
      return WriteFault::kTransient;
    default:
      return WriteFault::kStatement;
  }
}

WriteResult writeResult(int code, const Connection& connection, std::string_view what) {
  WriteResult result{.fault = classify(code), .error = {}};
  switch (result.fault) {
    case WriteFault::kNone:
      return result;
    case WriteFault::kConflict:
      result.error = {ErrorCode::kConflict, "It exists already"};
      return result;
    case WriteFault::kTransient:
      result.error = {ErrorCode::kStoreFailed, "The store takes no writes at the moment"};
      break;
    case WriteFault::kInDoubt:  // a file answers each call
    case WriteFault::kBroken:
    case WriteFault::kStatement:
      result.error = {ErrorCode::kStoreFailed, "The store could not keep it"};
      break;
  }
  base::log::limited(base::log::Level::kWarn, "a write to the store failed",
                     {{"event", what}, {"code", code}, {"error", connection.message()}});
  return result;
}

}  // namespace rookery::store::sqlite
