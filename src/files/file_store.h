#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "rookery/base/clock.h"
#include "rookery/base/error.h"

/// Where the bytes of uploads lie. What they are called, whose they are and who may read them is
/// the store's to know (store::FileRecord); here is nothing but bytes under an id.
namespace rookery::files {

/// 32 lower-case hex digits: the only names that ever become a path.
[[nodiscard]] bool isFileId(std::string_view text);

/// A file on its way in. Dropped before keep() it leaves nothing behind.
/// Thread: one at a time, never a loop: it writes to disk.
class FileWriter {
 public:
  virtual ~FileWriter() = default;
  /// kStoreFailed when it cannot be written, e.g. on a full disk.
  [[nodiscard]] virtual base::Result<void> write(std::string_view bytes) = 0;
  /// Once: the file is on disk under its id when this returns. kConflict when there is one.
  [[nodiscard]] virtual base::Result<void> keep() = 0;
};

/// A file that is there, also when it is removed meanwhile. Thread: one at a time, never a loop.
class FileReader {
 public:
  virtual ~FileReader() = default;
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
  /// At most `most` bytes from `offset` on; empty at the end. kStoreFailed when it cannot be read.
  [[nodiscard]] virtual base::Result<std::string> read(std::uint64_t offset, std::size_t most) = 0;
};

/// Thread: any but a loop.
class FileStore {
 public:
  virtual ~FileStore() = default;
  /// `id` is one (isFileId()) that was never used.
  [[nodiscard]] virtual base::Result<std::unique_ptr<FileWriter>> create(std::string_view id) = 0;
  /// kNotFound when there is none.
  [[nodiscard]] virtual base::Result<std::unique_ptr<FileReader>> open(std::string_view id) = 0;
  /// One that is not there stays so.
  [[nodiscard]] virtual base::Result<void> remove(std::string_view id) = 0;
  /// Calls `take` with the id of each file that was written before `until`; and removes what
  /// uploads that never ended have left from before that.
  [[nodiscard]] virtual base::Result<void> eachBefore(
      base::WallMs until, const std::function<void(std::string_view)>& take) = 0;
};

/// Files in a folder, which is made: `<two digits>/<id>`, unfinished ones in `unfinished`. A file
/// appears under its id as a whole, or not at all, whenever the machine stops.
[[nodiscard]] base::Result<std::unique_ptr<FileStore>> openFolder(const std::string& path);

}  // namespace rookery::files
