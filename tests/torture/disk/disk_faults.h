#pragma once

#include <atomic>
#include <cstdint>

namespace rookery::torture {

/// What is wrong with the disk under a server, and how often it mattered. Harness and server map
/// the same file; a chance is '1 in so many', 0 for never.
struct DiskFaults {
  std::atomic<std::uint32_t> noSpace{0};  ///< not 0: every write fails with ENOSPC
  std::atomic<std::uint32_t> badWriteOneIn{0};
  std::atomic<std::uint32_t> shortWriteOneIn{0};
  std::atomic<std::uint32_t> badSyncOneIn{0};
  std::atomic<std::uint32_t> syncDelayMs{0};
  std::atomic<std::int64_t> wallStepMs{0};

  std::atomic<std::uint64_t> failedWrites{0};
  std::atomic<std::uint64_t> shortWrites{0};
  std::atomic<std::uint64_t> failedSyncs{0};
  std::atomic<std::uint64_t> syncs{0};

  void heal() {
    noSpace = badWriteOneIn = shortWriteOneIn = badSyncOneIn = syncDelayMs = 0;
    wallStepMs = 0;
  }
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "two processes share it");

// Variables of the environment that the preloaded library reads.
inline constexpr const char* kFaultsFile = "ROOKERY_DISK_FAULTS";
inline constexpr const char* kUndoFolder = "ROOKERY_DISK_UNDO";
/// Files whose path begins with this are on the faulty disk.
inline constexpr const char* kDiskPrefix = "ROOKERY_DISK_PREFIX";
/// Set: synchronous=NORMAL instead of FULL, so that a commit is told before it is on disk.
inline constexpr const char* kNormalSync = "ROOKERY_DISK_NORMAL_SYNC";

}  // namespace rookery::torture
