#pragma once

#include <cstdint>

namespace rookery::torture {

/// What a file held before writes that were not synced yet: `<undo folder>/<name of the file>`.
/// The head, then records in the order of the writes, each followed by `oldBytes` bytes.
struct UndoHead {
  std::uint64_t from = sizeof(UndoHead);  ///< records before it were synced since
};
struct UndoRecord {
  std::uint64_t offset = 0;    ///< where was written
  std::uint64_t length = 0;    ///< how much; 0: the file was truncated
  std::uint64_t oldBytes = 0;  ///< what was there: less than `length` beyond the file's end
  std::uint64_t oldSize = 0;   ///< of the file
};

}  // namespace rookery::torture
