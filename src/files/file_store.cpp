#include "rookery/files/file_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "rookery/base/file_descriptor.h"
#include "rookery/base/log.h"

namespace rookery::files {
namespace {

using base::ErrorCode;
using base::FileDescriptor;
using base::Result;

/// The client learns that it failed, the log why.
tl::unexpected<base::Error> failed(const char* what, const std::string& path) {
  const int reason = errno;
  base::log::limited(base::log::Level::kError, what,
                     {{"path", path}, {"error", std::generic_category().message(reason)}});
  return base::fail(ErrorCode::kStoreFailed, "The file could not be stored");
}

Result<void> syncFolder(const std::string& path) {
  const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.isOpen() || fsync(folder.get()) != 0) return failed("a folder was not synced", path);
  return {};
}

Result<void> makeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return failed("a folder cannot be made", path);
}

class FolderWriter final : public FileWriter {
 public:
  FolderWriter(FileDescriptor file, std::string unfinished, std::string folder, std::string path)
      : file_(std::move(file)),
        unfinished_(std::move(unfinished)),
        folder_(std::move(folder)),
        path_(std::move(path)) {}
  ~FolderWriter() override { unlink(unfinished_.c_str()); }

  Result<void> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return failed("a file cannot be written", unfinished_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  Result<void> keep() override {
    if (fsync(file_.get()) != 0) return failed("a file was not synced", unfinished_);
    if (const auto made = makeFolder(folder_); !made) return made;
    // As rename(2), but never in the place of another; the destructor removes the other name.
    if (link(unfinished_.c_str(), path_.c_str()) != 0) {
      if (errno == EEXIST) return base::fail(ErrorCode::kConflict, "This file is there already");
      return failed("a file cannot be renamed", path_);
    }
    if (const auto synced = syncFolder(folder_); !synced) return synced;
    return syncFolder(std::filesystem::path(folder_).parent_path());
  }

 private:
  FileDescriptor file_;
  std::string unfinished_;
  std::string folder_;
  std::string path_;
};

class FolderReader final : public FileReader {
 public:
  FolderReader(FileDescriptor file, std::uint64_t bytes) : file_(std::move(file)), bytes_(bytes) {}

  std::uint64_t bytes() const override { return bytes_; }

  Result<std::string> read(std::uint64_t offset, std::size_t most) override {
    std::string bytes(most, '\0');
    ssize_t got = -1;
    do {
      got = pread(file_.get(), bytes.data(), most, static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    if (got < 0) return failed("a file cannot be read", "");
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }

 private:
  FileDescriptor file_;
  std::uint64_t bytes_;
};

class Folder final : public FileStore {
 public:
  explicit Folder(std::string path) : path_(std::move(path)), unfinished_(path_ + "/unfinished") {}

  Result<void> start() {
    if (const auto made = makeFolder(path_); !made) return made;
    return makeFolder(unfinished_);
  }

  Result<std::unique_ptr<FileWriter>> create(std::string_view id) override {
    const std::string unfinished = unfinished_ + "/" + std::string(id);
    FileDescriptor file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.isOpen() && errno == EEXIST) {
      return base::fail(ErrorCode::kConflict, "This upload has begun already");
    }
    if (!file.isOpen()) return failed("a file cannot be made", unfinished);
    return std::make_unique<FolderWriter>(std::move(file), unfinished, folderOf(id), pathOf(id));
  }

  Result<std::unique_ptr<FileReader>> open(std::string_view id) override {
    const std::string path = pathOf(id);
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat about{};
    if (!file.isOpen() && errno == ENOENT)
      return base::fail(ErrorCode::kNotFound, "File not found");
    if (!file.isOpen() || fstat(file.get(), &about) != 0) {
      return failed("a file cannot be opened", path);
    }
    return std::make_unique<FolderReader>(std::move(file),
                                          static_cast<std::uint64_t>(about.st_size));
  }

  Result<void> remove(std::string_view id) override {
    const std::string path = pathOf(id);
    if (unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return failed("a file cannot be removed", path);
  }

  Result<void> eachBefore(base::WallMs until,
                          const std::function<void(std::string_view)>& take) override {
    namespace fs = std::filesystem;
    std::error_code error;
    for (fs::recursive_directory_iterator at(path_, error), end; !error && at != end;
         at.increment(error)) {
      struct stat about{};
      const std::string id = at->path().filename();
      if (!isFileId(id) || stat(at->path().c_str(), &about) != 0 || !S_ISREG(about.st_mode)) {
        continue;
      }
      if (std::int64_t{about.st_mtim.tv_sec} * 1000 >= until) continue;
      if (at->path().parent_path() == unfinished_) {
        unlink(at->path().c_str());
      } else {
        take(id);
      }
    }
    if (!error) return {};
    errno = error.value();
    return failed("a folder cannot be read", path_);
  }

 private:
  [[nodiscard]] std::string folderOf(std::string_view id) const {
    return path_ + "/" + std::string(id.substr(0, 2));
  }
  [[nodiscard]] std::string pathOf(std::string_view id) const {
    return folderOf(id) + "/" + std::string(id);
  }

  std::string path_;
  std::string unfinished_;
};

}  // namespace

bool isFileId(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<std::unique_ptr<FileStore>> openFolder(const std::string& path) {
  auto folder = std::make_unique<Folder>(path);
  if (const auto started = folder->start(); !started) return base::fail(started.error());
  return folder;
}

}  // namespace rookery::files
