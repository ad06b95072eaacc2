#include "torture/disk/disk.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <new>

#include "rookery/base/check.h"
#include "torture/disk/undo_log.h"

namespace rookery::torture {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPage = 4096;

struct Undo {
  UndoRecord record;
  std::string old;
};

std::vector<Undo> readUndo(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  UndoHead head;
  std::vector<Undo> all;
  if (bytes.size() < sizeof head) return all;
  std::memcpy(&head, bytes.data(), sizeof head);
  for (std::size_t at = head.from; at + sizeof(UndoRecord) <= bytes.size();) {
    Undo& undo = all.emplace_back();
    std::memcpy(&undo.record, bytes.data() + at, sizeof(UndoRecord));
    at += sizeof(UndoRecord);
    if (at + undo.record.oldBytes > bytes.size()) {  // killed while it was kept: not written yet
      all.pop_back();
      break;
    }
    undo.old = bytes.substr(at, undo.record.oldBytes);
    at += undo.record.oldBytes;
  }
  return all;
}

/// Takes writes back, the last one first, page by page.
class Reversal {
 public:
  Reversal(int file, witness::SeededRandom& random) : file_(file), random_(random) {}

  void takeBack(const Undo& undo) {
    const UndoRecord& record = undo.record;
    if (record.length == 0) return takeBackTruncation(undo);
    const std::uint64_t end = record.offset + record.length;
    bool isAllLost = true;
    for (std::uint64_t at = record.offset; at < end;) {
      const std::uint64_t next = std::min(end, (at / kPage + 1) * kPage);
      if (isLost(at / kPage)) {
        restore(undo, at, next);
      } else {
        isAllLost = false;
      }
      at = next;
    }
    if (isAllLost && end > record.oldSize) resize(record.oldSize);
  }

 private:
  bool isLost(std::uint64_t page) {
    const auto [at, isNew] = lost_.try_emplace(page, false);
    if (isNew) at->second = random_.oneIn(2);
    return at->second;
  }
  void restore(const Undo& undo, std::uint64_t from, std::uint64_t to) const {
    std::string bytes(to - from, '\0');
    const std::uint64_t skip = from - undo.record.offset;
    if (skip < undo.old.size()) {
      const std::string part = undo.old.substr(skip, bytes.size());
      bytes.replace(0, part.size(), part);
    }
    ROOKERY_CHECK(pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(from)) ==
                  static_cast<ssize_t>(bytes.size()));
  }
  void takeBackTruncation(const Undo& undo) const {
    const auto& [offset, length, oldBytes, oldSize] = undo.record;
    if (!undo.old.empty()) {
      ROOKERY_CHECK(pwrite(file_, undo.old.data(), undo.old.size(), static_cast<off_t>(offset)) ==
                    static_cast<ssize_t>(undo.old.size()));
    }
    resize(oldSize);
  }
  void resize(std::uint64_t size) const {
    ROOKERY_CHECK(ftruncate(file_, static_cast<off_t>(size)) == 0);
  }

  const int file_;
  witness::SeededRandom& random_;
  std::map<std::uint64_t, bool> lost_;  // by page: drawn once
};

}  // namespace

Disk::Disk(fs::path data, const std::string& name, const fs::path& scratch)
    : data_(std::move(data)),
      name_(name),
      undo_(scratch / "undo"),
      control_(scratch / "disk-faults") {
  fs::create_directories(undo_);
  const int file = open(control_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ROOKERY_CHECK(file >= 0 && ftruncate(file, sizeof(DiskFaults)) == 0);
  void* memory = mmap(nullptr, sizeof(DiskFaults), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  ROOKERY_CHECK(memory != MAP_FAILED);
  faults_ = new (memory) DiskFaults;
}

Disk::~Disk() { munmap(faults_, sizeof(DiskFaults)); }

std::vector<std::string> Disk::environment(const fs::path& shim, bool normalSync) const {
  std::vector<std::string> all{"LD_PRELOAD=" + shim.string(),
                               std::string(kFaultsFile) + "=" + control_.string(),
                               std::string(kUndoFolder) + "=" + undo_.string(),
                               std::string(kDiskPrefix) + "=" + (data_ / name_).string()};
  if (normalSync) all.push_back(std::string(kNormalSync) + "=1");
  return all;
}

void Disk::losePageCache(witness::SeededRandom& random) {
  for (const fs::directory_entry& entry : fs::directory_iterator(undo_)) {
    const std::vector<Undo> undos = readUndo(entry.path());
    const int file = open((data_ / entry.path().filename()).c_str(), O_RDWR | O_CLOEXEC);
    if (file >= 0) {
      Reversal reversal(file, random);
      for (auto undo = undos.rbegin(); undo != undos.rend(); ++undo) reversal.takeBack(*undo);
      close(file);
    }
    fs::remove(entry.path());
  }
}

}  // namespace rookery::torture
