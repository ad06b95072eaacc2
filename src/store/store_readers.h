#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "rookery/base/error.h"
#include "rookery/base/executor.h"
#include "rookery/base/function.h"
#include "rookery/store/database.h"

namespace rookery::store {

/// Runs queries on a small pool of threads, each with a connection of its own.
/// Thread:   any.
/// At limit: query() answers kOverloaded when `queued` queries wait already.
class StoreReaders {
 public:
  /// `pool` runs the queries, at most as many at once as there are `connections`; it outlives
  /// this and is idle when this is destroyed.
  StoreReaders(std::vector<std::unique_ptr<Reader>> connections, base::Executor& pool,
               std::size_t queued = 10'000);
  ~StoreReaders();

  /// Runs `ask` on a reader, then `done` with its result on `replyOn`. `done` runs exactly once
  /// unless `replyOn` has ended, never before this returns.
  template <typename T>
  void query(base::Executor& replyOn, base::UniqueFunction<Result<T>(Reader&)> ask,
             base::UniqueFunction<void(Result<T>)> done) {
    run([&replyOn, ask = std::move(ask), done = std::move(done)](Reader* reader) mutable {
      Result<T> result = reader != nullptr
                             ? ask(*reader)
                             : Result<T>(base::fail(base::ErrorCode::kOverloaded,
                                                    "The store is busy, try again later"));
      replyOn.post([done = std::move(done), result = std::move(result)]() mutable {
        done(std::move(result));
      });
    });
  }

  [[nodiscard]] std::size_t waiting() const;

 private:
  /// Calls `work` with a connection on the pool, or at once with nullptr at the limit.
  void run(base::UniqueFunction<void(Reader*)> work);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rookery::store
