#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "torture/disk/disk_faults.h"
#include "witness/seeded_random.h"

namespace rookery::torture {

/// The harness's side of a disk that fails: what is wrong with it, and what a power cut takes away.
class Disk {
 public:
  /// Of the files in `data` whose names begin with `name`. `scratch` is for what the two processes
  /// share.
  Disk(std::filesystem::path data, const std::string& name, const std::filesystem::path& scratch);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  [[nodiscard]] DiskFaults& faults() { return *faults_; }
  /// `NAME=value` for a server that is to have this disk; `shim`: the library to preload.
  [[nodiscard]] std::vector<std::string> environment(const std::filesystem::path& shim,
                                                     bool normalSync) const;
  /// While no server runs. Of each page that was written and not synced, all of that is lost or
  /// nothing: disks write in an order of their own.
  void losePageCache(witness::SeededRandom& random);

 private:
  const std::filesystem::path data_;
  const std::string name_;
  const std::filesystem::path undo_;
  const std::filesystem::path control_;
  DiskFaults* faults_ = nullptr;
};

}  // namespace rookery::torture
