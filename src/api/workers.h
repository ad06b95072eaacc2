#pragma once

#include <utility>

#include "rookery/api/call.h"

namespace rookery::api {

/// Runs `work`, which takes long, on `pool`, then `then` on the call's loop; 503 when as much as
/// `most` waits there. Thread: the call's loop.
template <typename T>
void onPool(CallPtr call, base::ThreadPool& pool, std::size_t most, base::UniqueFunction<T()> work,
            base::UniqueFunction<void(CallPtr, T)> then) {
  constexpr std::int64_t kBusyRetryMs = 1000;
  if (pool.queued() >= most) {
    return call->answer(Failure{.status = 503,
                                .message = "The server is busy, try again",
                                .explanations = {},
                                .retryAfterMs = kBusyRetryMs});
  }
  net::Loop& loop = call->loop();
  pool.post([&loop, call = std::move(call), work = std::move(work),
             then = std::move(then)]() mutable {
    T result = work();
    loop.post([call = std::move(call), then = std::move(then),
               result = std::move(result)]() mutable { then(std::move(call), std::move(result)); });
  });
}

/// The same on the workers.
template <typename T>
void onWorkers(CallPtr call, base::UniqueFunction<T()> work,
               base::UniqueFunction<void(CallPtr, T)> then) {
  const Services& services = call->services();
  onPool<T>(std::move(call), services.workers, services.options.hashesQueued, std::move(work),
            std::move(then));
}

}  // namespace rookery::api
