#include "rookery/store/store_readers.h"

#include <deque>

#include "rookery/base/check.h"
#include "rookery/base/mutex.h"

namespace rookery::store {

struct StoreReaders::Impl {
  base::Executor& pool;
  const std::size_t limit;

  base::Mutex mutex;
  std::vector<std::unique_ptr<Reader>> idle ROOKERY_GUARDED_BY(mutex);
  std::deque<base::UniqueFunction<void(Reader*)>> waiting ROOKERY_GUARDED_BY(mutex);

  /// Serves one query, if there is one and a connection for it. Whoever finishes asks for the next
  /// turn, so a query that found no connection is not forgotten.
  void serveOne() {
    std::unique_ptr<Reader> reader;
    base::UniqueFunction<void(Reader*)> work;
    {
      const base::MutexLock lock(mutex);
      if (idle.empty() || waiting.empty()) return;
      reader = std::move(idle.back());
      idle.pop_back();
      work = std::move(waiting.front());
      waiting.pop_front();
    }
    work(reader.get());
    bool isMore = false;
    {
      const base::MutexLock lock(mutex);
      idle.push_back(std::move(reader));
      isMore = !waiting.empty();
    }
    if (isMore) pool.post([this] { serveOne(); });
  }
};

StoreReaders::StoreReaders(std::vector<std::unique_ptr<Reader>> connections, base::Executor& pool,
                           std::size_t queued)
    : impl_(new Impl{.pool = pool,
                     .limit = queued,
                     .mutex = {},
                     .idle = std::move(connections),
                     .waiting = {}}) {
  ROOKERY_CHECK(!impl_->idle.empty());
}

StoreReaders::~StoreReaders() = default;

void StoreReaders::run(base::UniqueFunction<void(Reader*)> work) {
  {
    const base::MutexLock lock(impl_->mutex);
    if (impl_->waiting.size() < impl_->limit) {
      impl_->waiting.push_back(std::move(work));
      work = nullptr;
    }
  }
  if (work) return work(nullptr);
  impl_->pool.post([impl = impl_.get()] { impl->serveOne(); });
}

std::size_t StoreReaders::waiting() const {
  const base::MutexLock lock(impl_->mutex);
  return impl_->waiting.size();
}

}  // namespace rookery::store
