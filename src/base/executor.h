#pragma once

#include <chrono>

#include "rookery/base/function.h"

namespace rookery::base {

/// Runs what it is given, later, in the order of posting (delayed work: in the order of its
/// deadlines). A loop, the store's threads and the worker pool are executors; a pool of several
/// threads starts work in order.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Thread: any. Never runs `work` before it returns.
  virtual void post(UniqueFunction<void()> work) = 0;
  /// Thread: any. Runs `work` no earlier than after `delay`.
  virtual void postAfter(std::chrono::milliseconds delay, UniqueFunction<void()> work) = 0;
};

}  // namespace rookery::base
