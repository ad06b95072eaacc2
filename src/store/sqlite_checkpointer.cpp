#include "rookery/store/sqlite_checkpointer.h"

#include <pthread.h>

#include <utility>

#include "rookery/base/check.h"
#include "rookery/base/schedule_point.h"
#include "rookery/store/sqlite_faults.h"

namespace rookery::store::sqlite {

Checkpointer::~Checkpointer() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Checkpointer::start() {
  if (base::kIsSimulated) {  // virtual time knows no threads but its own
    done_ = copy();
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    ROOKERY_CHECK(!isAtWork_);
    isAtWork_ = true;
  }
  changed_.notify_all();
  if (!thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { body(stop); });
    pthread_setname_np(thread_.native_handle(), "store-copier");
  }
}

bool Checkpointer::isAtWork() {
  const std::lock_guard lock(mutex_);
  return isAtWork_;
}

void Checkpointer::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !isAtWork_; });
}

std::optional<Checkpointer::Done> Checkpointer::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, std::nullopt);
}

void Checkpointer::body(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return isAtWork_; })) {
    lock.unlock();
    Done done = copy();
    lock.lock();
    done_ = std::move(done);
    isAtWork_ = false;
    changed_.notify_all();
  }
}

Checkpointer::Done Checkpointer::copy() {
  if (!connection_) {
    auto opened = Connection::open(path_, uncounted_);
    if (!opened) return {{WriteFault::kTransient, opened.error()}, 0};
    connection_ = std::move(*opened);
    // The log is the writer's: closing this connection must not end it.
    sqlite3_db_config(connection_->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    const int code = connection_->run("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;");
    if (code != SQLITE_OK) {
      Done failed{writeResult(code, *connection_, "checkpoint"), 0};
      connection_.reset();
      return failed;
    }
  }
  int logged = 0;
  int moved = 0;
  // PASSIVE waits for nobody, and keeps nobody waiting.
  const int code = sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr,
                                             SQLITE_CHECKPOINT_PASSIVE, &logged, &moved);
  return {writeResult(code, *connection_, "checkpoint"), moved};
}

}  // namespace rookery::store::sqlite
