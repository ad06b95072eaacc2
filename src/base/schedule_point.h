#pragma once

namespace rookery::base {

/// Where threads meet: a lock, an inbox, a published number. In the simulation build
/// (ROOKERY_SIMULATION) the scheduler of tests/sim may let another thread run here; in every other
/// build nothing of it is left.
#if defined(ROOKERY_SIMULATION)
inline constexpr bool kIsSimulated = true;

/// The scheduler's. `mustWait`: the caller cannot go on before another thread has.
inline void (*simulatedSwitch)(bool mustWait) = nullptr;

inline void schedulePoint(bool mustWait = false) {
  if (simulatedSwitch != nullptr) simulatedSwitch(mustWait);
}
#else
inline constexpr bool kIsSimulated = false;

inline void schedulePoint(bool /*mustWait*/ = false) {}
#endif

}  // namespace rookery::base
