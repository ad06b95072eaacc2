#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "rookery/store/database.h"
#include "rookery/store/sqlite_connection.h"

namespace rookery::store::sqlite {

/// Copies the write-ahead log into the database file beside the writer, who goes on appending to
/// the log: on a connection and a thread of its own, which begins at the first start().
/// Thread: all functions the writer's.
class Checkpointer {
 public:
  struct Done {
    WriteResult result;  ///< kBroken: nothing of the store can be trusted any more
    int moved = 0;       ///< frames of the log that are in the file now
  };

  /// `path` as the writer opened it.
  explicit Checkpointer(std::string path) : path_(std::move(path)) {}
  /// Waits for a copy that is under way.
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// What is in the log by now is copied, but for what a reader still needs as it is. One at a
  /// time: not while isAtWork().
  void start();
  [[nodiscard]] bool isAtWork();
  /// Returns when it is not at work.
  void wait();
  /// What the last copy came to; once.
  [[nodiscard]] std::optional<Done> take();

 private:
  void body(const std::stop_token& stop);
  [[nodiscard]] Done copy();

  const std::string path_;
  std::atomic<std::uint64_t> uncounted_{0};  ///< statements of housekeeping are nobody's
  std::optional<Connection> connection_;     ///< the thread's

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool isAtWork_ = false;     // guarded by mutex_
  std::optional<Done> done_;  // guarded by mutex_
  std::jthread thread_;       // last: it ends before what it uses
};

}  // namespace rookery::store::sqlite
