// Preloaded into a server (LD_PRELOAD): its disk fails as DiskFaults says, what it wrote and did
// not sync can be taken back when it is killed (UndoLog), and its wall clock steps.
#include <dlfcn.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "torture/disk/disk_faults.h"
#include "torture/disk/undo_log.h"

namespace {

using rookery::torture::DiskFaults;
using rookery::torture::UndoHead;
using rookery::torture::UndoRecord;

constexpr int kMostDescriptors = 65'536;
constexpr std::int64_t kNanosPerMilli = 1'000'000;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// The libc's own, which this library stands before; libraries that are set up earlier call them.
struct Real {
  int (*open)(const char*, int, ...) = next<int(const char*, int, ...)>("open64");
  int (*close)(int) = next<int(int)>("close");
  ssize_t (*pwrite)(int, const void*, std::size_t,
                    off64_t) = next<ssize_t(int, const void*, std::size_t, off64_t)>("pwrite64");
  int (*truncate)(int, off64_t) = next<int(int, off64_t)>("ftruncate64");
  int (*sync)(int) = next<int(int)>("fdatasync");
  int (*unlink)(const char*) = next<int(const char*)>("unlink");
};
const Real& real() {
  static const Real functions;
  return functions;
}

DiskFaults* mapFaults() {
  const char* path = std::getenv(rookery::torture::kFaultsFile);
  if (path == nullptr) return nullptr;
  const int file = real().open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) std::abort();
  void* memory = mmap(nullptr, sizeof(DiskFaults), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  real().close(file);
  if (memory == MAP_FAILED) std::abort();
  return static_cast<DiskFaults*>(memory);
}

DiskFaults* const faults = mapFaults();

bool happens(const std::atomic<std::uint32_t>& oneIn) {
  static std::atomic<std::uint64_t> state{static_cast<std::uint64_t>(getpid()) << 32};
  const std::uint32_t chance = oneIn.load(std::memory_order_relaxed);
  if (chance == 0) return false;
  std::uint64_t mixed = state.fetch_add(0x9E3779B97F4A7C15ULL);
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9ULL;
  return (mixed >> 32) % chance == 0;
}

/// A file on the faulty disk; all descriptors of one path share it.
class File {
 public:
  explicit File(const std::string& name) {
    const std::string folder = std::getenv(rookery::torture::kUndoFolder);
    undo_ = real().open((folder + "/" + name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat info{};
    if (undo_ < 0 || fstat(undo_, &info) != 0) std::abort();
    end_ = static_cast<std::uint64_t>(info.st_size);
    if (end_ == 0) begin(sizeof(UndoHead));
  }

  /// Before a write, or with `length` 0 before the file is cut at `offset`.
  void keep(int file, std::uint64_t offset, std::uint64_t length) {
    const std::lock_guard lock(mutex_);
    struct stat info{};
    if (fstat(file, &info) != 0) std::abort();
    UndoRecord record{offset, length, 0, static_cast<std::uint64_t>(info.st_size)};
    const std::uint64_t upTo =
        length == 0 ? record.oldSize : std::min(record.oldSize, offset + length);
    std::vector<char> bytes(sizeof record + (upTo > offset ? upTo - offset : 0));
    record.oldBytes = bytes.size() - sizeof record;
    std::memcpy(bytes.data(), &record, sizeof record);
    if (record.oldBytes > 0 &&
        pread64(file, bytes.data() + sizeof record, record.oldBytes,
                static_cast<off64_t>(offset)) != static_cast<ssize_t>(record.oldBytes)) {
      std::abort();
    }
    put(bytes.data(), bytes.size(), end_);
    end_ += bytes.size();
  }

  [[nodiscard]] std::uint64_t mark() {
    const std::lock_guard lock(mutex_);
    return end_;
  }
  /// What was kept before `mark` is on disk.
  void synced(std::uint64_t mark) {
    const std::lock_guard lock(mutex_);
    if (mark == end_) return begin(sizeof(UndoHead));
    const UndoHead head{mark};
    put(&head, sizeof head, 0);
  }

 private:
  void begin(std::uint64_t end) {
    const UndoHead head{end};
    put(&head, sizeof head, 0);
    if (real().truncate(undo_, static_cast<off64_t>(end)) != 0) std::abort();
    end_ = end;
  }
  void put(const void* bytes, std::size_t length, std::uint64_t at) {
    if (real().pwrite(undo_, bytes, length, static_cast<off64_t>(at)) !=
        static_cast<ssize_t>(length)) {
      std::abort();
    }
  }

  std::mutex mutex_;
  int undo_ = -1;
  std::uint64_t end_ = 0;
};

std::array<std::atomic<File*>, kMostDescriptors> byDescriptor;

/// Null: not on the faulty disk. The index of the log is memory that nobody syncs.
File* fileAt(const char* path) {
  static const char* const prefix = std::getenv(rookery::torture::kDiskPrefix);
  if (faults == nullptr || prefix == nullptr || !std::string_view(path).starts_with(prefix) ||
      std::string_view(path).ends_with("-shm")) {
    return nullptr;
  }
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<File>> files;
  const std::string name = std::string(path).substr(std::string(path).rfind('/') + 1);
  const std::lock_guard lock(mutex);
  std::unique_ptr<File>& file = files[name];
  if (file == nullptr) file = std::make_unique<File>(name);
  return file.get();
}

File* fileOf(int descriptor) {
  if (descriptor < 0 || descriptor >= kMostDescriptors) return nullptr;
  return byDescriptor[static_cast<std::size_t>(descriptor)].load(std::memory_order_acquire);
}

int fail(std::atomic<std::uint64_t>& counter, int error) {
  ++counter;
  errno = error;
  return -1;
}

/// How much of a write the disk takes; negative when it takes none.
ssize_t allowed(std::size_t length) {
  if (faults->noSpace != 0) return fail(faults->failedWrites, ENOSPC);
  if (happens(faults->badWriteOneIn)) return fail(faults->failedWrites, EIO);
  if (length > 1 && happens(faults->shortWriteOneIn)) {
    ++faults->shortWrites;
    return static_cast<ssize_t>(length / 2);
  }
  return static_cast<ssize_t>(length);
}

}  // namespace

extern "C" {

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = static_cast<mode_t>(va_arg(arguments, int));
  va_end(arguments);
  const int descriptor = real().open(path, flags, mode);
  if (descriptor >= 0 && descriptor < kMostDescriptors) {
    byDescriptor[static_cast<std::size_t>(descriptor)].store(fileAt(path));
  }
  return descriptor;
}

int close(int descriptor) {
  if (descriptor >= 0 && descriptor < kMostDescriptors) {
    byDescriptor[static_cast<std::size_t>(descriptor)].store(nullptr);
  }
  return real().close(descriptor);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t length, off64_t offset) {
  File* const file = fileOf(descriptor);
  if (file == nullptr) return real().pwrite(descriptor, bytes, length, offset);
  const ssize_t part = allowed(length);
  if (part < 0) return part;
  file->keep(descriptor, static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(part));
  return real().pwrite(descriptor, bytes, static_cast<std::size_t>(part), offset);
}

int ftruncate64(int descriptor, off64_t size) {
  if (File* const file = fileOf(descriptor)) {
    file->keep(descriptor, static_cast<std::uint64_t>(size), 0);
  }
  return real().truncate(descriptor, size);
}

int fdatasync(int descriptor) {
  File* const file = fileOf(descriptor);
  if (file == nullptr) return real().sync(descriptor);
  const std::uint64_t mark = file->mark();
  ++faults->syncs;
  if (const std::uint32_t delay = faults->syncDelayMs) usleep(delay * 1000);
  if (happens(faults->badSyncOneIn)) return fail(faults->failedSyncs, EIO);
  // The page cache is all that is taken away here: the real disk need not be waited for.
  file->synced(mark);
  return 0;
}

int unlink(const char* path) {
  if (File* const file = fileAt(path)) file->synced(file->mark());
  return real().unlink(path);
}

int clock_gettime(clockid_t clock, struct timespec* out) {
  static const auto read = next<int(clockid_t, struct timespec*)>("clock_gettime");
  const int result = read(clock, out);
  if (result == 0 && clock == CLOCK_REALTIME && faults != nullptr) {
    const std::int64_t nanos =
        out->tv_sec * kNanosPerSecond + out->tv_nsec + faults->wallStepMs * kNanosPerMilli;
    out->tv_sec = nanos / kNanosPerSecond;
    out->tv_nsec = nanos % kNanosPerSecond;
  }
  return result;
}

int sqlite3_exec(sqlite3* handle, const char* sql, int (*callback)(void*, int, char**, char**),
                 void* argument, char** message) {
  static const auto run = next<decltype(sqlite3_exec)>("sqlite3_exec");
  std::string text(sql);
  constexpr std::string_view kFull = "synchronous = FULL";
  const std::size_t at = text.find(kFull);
  if (at != std::string::npos && std::getenv(rookery::torture::kNormalSync) != nullptr) {
    text.replace(at, kFull.size(), "synchronous = NORMAL");
  }
  return run(handle, text.c_str(), callback, argument, message);
}

}  // extern "C"
