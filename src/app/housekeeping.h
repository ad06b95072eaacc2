#pragma once

#include <atomic>
#include <chrono>

#include "rookery/app/retention.h"
#include "rookery/app/store_calls.h"
#include "rookery/base/clock.h"
#include "rookery/base/thread_pool.h"
#include "rookery/chat/tokens.h"
#include "rookery/files/file_store.h"

namespace rookery::app {

/// Removes what nothing can come of any more: expired one-time codes, sessions that were ended and
/// have expired since, sockets whose clients did not come back, messages that are kept no longer,
/// uploads that never ended, files that the store does not know. Thread: the main thread; files are
/// looked through on `fileThreads`.
class Housekeeping {
 public:
  /// All of it outlives the Housekeeping, but for `fileThreads`, which is stopped before.
  struct Parts {
    const base::Clock& clock;
    chat::Tokens& tokens;
    store::StoreReaders& readers;
    store::StoreWriter& writer;
    base::Executor& replies;  ///< as for StoreCalls
    files::FileStore& files;
    base::ThreadPool& fileThreads;
    std::chrono::milliseconds keepSocketsFor;
    RetentionRules retention;
  };
  explicit Housekeeping(const Parts& parts)
      : p_(parts),
        calls_(parts.readers, parts.writer, parts.replies),
        retention_({parts.clock, parts.readers, parts.writer, parts.replies}, parts.retention) {}

  /// To be called about every 10 s; most of the work is done once an hour.
  void sweep();
  /// Before `fileThreads` is stopped: what is at work ends soon.
  void stop() { stopping_ = true; }

 private:
  void dropExpired();
  void sweepFiles();
  void removeUnknown(const std::vector<std::string>& ids);

  const Parts p_;
  StoreCalls calls_;
  Retention retention_;
  base::SteadyTime next_{};
  std::atomic<bool> stopping_{false};
};

}  // namespace rookery::app
