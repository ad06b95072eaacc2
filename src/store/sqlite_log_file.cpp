#include "rookery/store/sqlite_log_file.h"

#include <sqlite3.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace rookery::store::sqlite {
namespace {

constexpr const char* kName = "rookery";
// Of the log's format (https://sqlite.org/fileformat2.html#walformat).
constexpr int kFrameHeadBytes = 24;
constexpr std::size_t kCommitMarkAt = 4;  // in a frame's head: not 0 in the last one of a commit

constexpr std::size_t kMostGathered = 1UL << 20;
/// SQLite's VFS for Unix takes less than 128 KiB in one call.
constexpr std::size_t kMostAtOnce = 64UL << 10;
constexpr sqlite3_int64 kGrowthBytes = 1L << 20;

/// The log of the connection that writes. Frames that follow each other are gathered until the last
/// one of a commit: SQLite syncs, and shows the commit to readers, after that write has returned.
class LogFile {
 public:
  explicit LogFile(sqlite3_file* real) : real_(real) {}

  int write(const void* bytes, int length, sqlite3_int64 offset) {
    if (offset != gatheredAt_ + static_cast<sqlite3_int64>(gathered_.size()) && !isEmpty()) {
      if (const int code = flush(); code != SQLITE_OK) return code;
    }
    if (isEmpty()) gatheredAt_ = offset;
    const auto* const text = static_cast<const char*>(bytes);
    gathered_.append(text, static_cast<std::size_t>(length));
    const bool endsCommit = length != kFrameHeadBytes && isCommitOpen_;
    isCommitOpen_ = length == kFrameHeadBytes && marksCommit(text);
    const bool isHead = length == kFrameHeadBytes;
    if (endsCommit || (!isHead && gathered_.size() >= kMostGathered)) return flush();
    return SQLITE_OK;
  }

  /// What could not be written is forgotten: SQLite undoes the transaction, or ends.
  int flush() {
    if (isEmpty()) return SQLITE_OK;
    const int code = writeAll(gathered_, gatheredAt_);
    const sqlite3_int64 end = gatheredAt_ + static_cast<sqlite3_int64>(gathered_.size());
    gathered_.clear();
    if (code == SQLITE_OK) growBeyond(end);
    return code;
  }

  void forgetSize() { knownSize_ = 0; }
  [[nodiscard]] sqlite3_file* real() const { return real_; }

 private:
  [[nodiscard]] bool isEmpty() const { return gathered_.empty(); }
  static bool marksCommit(const char* head) {
    std::uint32_t mark = 0;
    std::memcpy(&mark, head + kCommitMarkAt, sizeof mark);
    return mark != 0;
  }
  int writeAll(std::string_view bytes, sqlite3_int64 offset) {
    while (!bytes.empty()) {
      const std::string_view piece = bytes.substr(0, kMostAtOnce);
      const int code =
          real_->pMethods->xWrite(real_, piece.data(), static_cast<int>(piece.size()), offset);
      if (code != SQLITE_OK) return code;
      offset += static_cast<sqlite3_int64>(piece.size());
      bytes.remove_prefix(piece.size());
    }
    return SQLITE_OK;
  }
  /// Zeros are no frame: whoever reads the log ends before them. A disk that has no room for them
  /// may still have it for frames.
  void growBeyond(sqlite3_int64 end) {
    sqlite3_int64 size = 0;
    if (end <= knownSize_ || real_->pMethods->xFileSize(real_, &size) != SQLITE_OK) return;
    knownSize_ = size;
    if (end < size) return;
    static const std::string zeros(kGrowthBytes, '\0');
    if (writeAll(zeros, end) == SQLITE_OK) knownSize_ = end + kGrowthBytes;
  }

  sqlite3_file* const real_;
  std::string gathered_;
  sqlite3_int64 gatheredAt_ = 0;
  sqlite3_int64 knownSize_ = 0;  ///< of the file, at least
  bool isCommitOpen_ = false;    ///< the last write was the head of a commit's last frame
};

/// What SQLite sees of it, followed by the system's own file.
struct OpenLog {
  sqlite3_file base;
  LogFile* log;
};

sqlite3_vfs* systemVfs() {
  static sqlite3_vfs* const found = sqlite3_vfs_find(nullptr);
  return found;
}

LogFile& logOf(sqlite3_file* file) { return *reinterpret_cast<OpenLog*>(file)->log; }
sqlite3_file* realOf(sqlite3_file* file) { return logOf(file).real(); }

/// Calls a method of the system's file when all that was gathered is in it.
template <auto Method, typename... Args>
int afterFlush(sqlite3_file* file, Args... args) {
  if (const int code = logOf(file).flush(); code != SQLITE_OK) return code;
  sqlite3_file* const real = realOf(file);
  return (real->pMethods->*Method)(real, args...);
}

int closeLog(sqlite3_file* file) {
  const int flushed = logOf(file).flush();
  sqlite3_file* const real = realOf(file);
  const int closed = real->pMethods->xClose(real);
  delete reinterpret_cast<OpenLog*>(file)->log;
  file->pMethods = nullptr;
  return flushed != SQLITE_OK ? flushed : closed;
}

const sqlite3_io_methods kLogMethods = {
    .iVersion = 1,
    .xClose = closeLog,
    .xRead = afterFlush<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>,
    .xWrite = [](sqlite3_file* file, const void* bytes, int length,
                 sqlite3_int64 offset) { return logOf(file).write(bytes, length, offset); },
    .xTruncate =
        [](sqlite3_file* file, sqlite3_int64 size) {
          logOf(file).forgetSize();
          return afterFlush<&sqlite3_io_methods::xTruncate>(file, size);
        },
    .xSync = afterFlush<&sqlite3_io_methods::xSync, int>,
    .xFileSize = afterFlush<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
    .xLock = afterFlush<&sqlite3_io_methods::xLock, int>,
    .xUnlock = afterFlush<&sqlite3_io_methods::xUnlock, int>,
    .xCheckReservedLock = afterFlush<&sqlite3_io_methods::xCheckReservedLock, int*>,
    .xFileControl = afterFlush<&sqlite3_io_methods::xFileControl, int, void*>,
    .xSectorSize =
        [](sqlite3_file* file) { return realOf(file)->pMethods->xSectorSize(realOf(file)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* file) {
          return realOf(file)->pMethods->xDeviceCharacteristics(realOf(file));
        },
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int openFile(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* given) {
  sqlite3_vfs* const system = systemVfs();
  if ((flags & SQLITE_OPEN_WAL) == 0) return system->xOpen(system, name, file, flags, given);
  file->pMethods = nullptr;  // SQLite closes nothing that has no methods
  auto* const real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<OpenLog*>(file) + 1);
  if (const int code = system->xOpen(system, name, real, flags, given); code != SQLITE_OK) {
    if (real->pMethods != nullptr) real->pMethods->xClose(real);
    return code;
  }
  reinterpret_cast<OpenLog*>(file)->log = new (std::nothrow) LogFile(real);
  if (reinterpret_cast<OpenLog*>(file)->log == nullptr) {
    real->pMethods->xClose(real);
    return SQLITE_NOMEM;
  }
  file->pMethods = &kLogMethods;
  return SQLITE_OK;
}

/// Everything else is asked of the system's: its functions look at what they are called with only
/// for pAppData and mxPathname, which are copied.
const char* registerVfs() {
  if (systemVfs() == nullptr) return nullptr;
  static sqlite3_vfs vfs = *systemVfs();
  vfs.zName = kName;
  vfs.szOsFile += static_cast<int>(sizeof(OpenLog));
  vfs.pNext = nullptr;
  vfs.xOpen = openFile;
  return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? kName : nullptr;
}

}  // namespace

const char* logWritingVfs() {
  static const char* const name = registerVfs();
  return name;
}

}  // namespace rookery::store::sqlite
