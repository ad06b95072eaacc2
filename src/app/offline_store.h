#pragma once

#include <memory>

#include "rookery/app/admin.h"
#include "rookery/app/config.h"
#include "rookery/app/data_folder.h"
#include "rookery/base/error.h"

namespace rookery::app {

/// The store of a data folder, opened by a command while no server runs.
/// Thread: owner.
class OfflineStore {
 public:
  /// The folder, whose lock the caller holds, outlives this. kStoreFailed with one line that names
  /// the file when it cannot be opened.
  [[nodiscard]] static base::Result<std::unique_ptr<OfflineStore>> open(const Config& config,
                                                                        const DataFolder& folder);
  /// Waits until all is committed and closed.
  ~OfflineStore();
  OfflineStore(const OfflineStore&) = delete;
  OfflineStore& operator=(const OfflineStore&) = delete;

  [[nodiscard]] AdminBackend& admin();

 private:
  struct Impl;
  explicit OfflineStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rookery::app
