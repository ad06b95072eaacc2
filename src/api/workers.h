#pragma once

#include <utility>

#include "rookery/api/call.h"

namespace rookery::api {

/// Runs `work`, which takes long, on the workers, then `then` on the call's loop; 503 when too much
/// waits there. Thread: the call's loop.
template <typename T>
void onWorkers(CallPtr call, base::UniqueFunction<T()> work,
               base::UniqueFunction<void(CallPtr, T)> then) {
  constexpr std::int64_t kBusyRetryMs = 1000;
  base::ThreadPool& workers = call->services().workers;
  if (workers.queued() >= call->services().options.hashesQueued) {
    return call->answer(Failure{.status = 503,
                                .message = "The server is busy, try again",
                                .explanations = {},
                                .retryAfterMs = kBusyRetryMs});
  }
  net::Loop& loop = call->loop();
  workers.post([&loop, call = std::move(call), work = std::move(work),
                then = std::move(then)]() mutable {
    T result = work();
    loop.post([call = std::move(call), then = std::move(then),
               result = std::move(result)]() mutable { then(std::move(call), std::move(result)); });
  });
}

}  // namespace rookery::api
