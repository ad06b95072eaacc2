#pragma once

#include <cstdint>

#include <absl/functional/function_ref.h>

#include "rookery/base/mutex.h"

namespace rookery::socketio {

/// The order of one conversation. A seq is provisional until it is settled.
struct Order {
  base::Mutex mutex;
  std::uint64_t nextSeq ROOKERY_GUARDED_BY(mutex) = 1;
  /// Rises when provisional numbers are taken back, so that what was given one is recognised.
  std::uint64_t generation ROOKERY_GUARDED_BY(mutex) = 0;
  /// How many places were given, over all failures: unlike seq it only ever rises.
  std::uint64_t placed ROOKERY_GUARDED_BY(mutex) = 0;
  bool isClosed ROOKERY_GUARDED_BY(mutex) = false;  ///< no place is given any more
};

/// Makes the one order that all readers of a conversation see. In one process it is a lock; over
/// several nodes it will be the stream of the adapter (delivery.md, several nodes).
/// Thread: any.
class Orderer {
 public:
  struct Place {
    std::uint64_t seq = 0;
    std::uint64_t generation = 0;
    std::uint64_t ordinal = 0;  ///< among all that were given, from 1; outcomes come in its order
  };
  virtual ~Orderer() = default;
  /// Gives the next place and calls `step` with it; no other step of that order runs meanwhile, so
  /// what `step` puts into inboxes and queues stands there in the order of seq. False, and `step`
  /// is not called, when the order is closed.
  virtual bool order(Order& order, absl::FunctionRef<void(const Place&)> step) = 0;
};

class LocalOrderer final : public Orderer {
 public:
  bool order(Order& order, absl::FunctionRef<void(const Place&)> step) override {
    const base::MutexLock lock(order.mutex);
    if (order.isClosed) return false;
    step({order.nextSeq++, order.generation, ++order.placed});
    return true;
  }
};

}  // namespace rookery::socketio
