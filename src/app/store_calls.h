#pragma once

#include <future>

#include "rookery/base/executor.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::app {

/// Readers and writer of an open store, for a thread that may wait for them: administration.
/// Thread: any but a loop, the writer or one of `replies`.
class StoreCalls {
 public:
  /// All of it outlives this. `replies`: where answers of readers arrive.
  StoreCalls(store::StoreReaders& readers, store::StoreWriter& writer, base::Executor& replies)
      : readers_(readers), writer_(writer), replies_(replies) {}

  template <typename T>
  [[nodiscard]] base::Result<T> read(base::UniqueFunction<base::Result<T>(store::Reader&)> ask) {
    std::promise<base::Result<T>> promise;
    auto answer = promise.get_future();
    readers_.query<T>(replies_, std::move(ask),
                      [promise = std::move(promise)](base::Result<T> found) mutable {
                        promise.set_value(std::move(found));
                      });
    try {
      return answer.get();
    } catch (const std::future_error&) {
      return closed();
    }
  }

  /// Runs `job` as StoreWriter::write() does, and waits until it is committed or has failed.
  /// `bytes`: what it takes of the queue, about. kTransient when the queue is full or closed.
  [[nodiscard]] store::WriteResult write(std::size_t bytes, store::StoreWriter::Job job);

 private:
  /// A promise that was dropped, because the store ended first, is a failure like any other.
  [[nodiscard]] static tl::unexpected<base::Error> closed() {
    return base::fail(base::ErrorCode::kStoreFailed, "the store was closed");
  }

  store::StoreReaders& readers_;
  store::StoreWriter& writer_;
  base::Executor& replies_;
};

}  // namespace rookery::app
