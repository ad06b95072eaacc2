#pragma once

namespace rookery::base {

/// Prints the broken condition and aborts. Never returns.
[[noreturn]] void checkFailed(const char* condition, const char* file, int line);

}  // namespace rookery::base

/// Always on: guards what would corrupt data. Never judges input.
#define ROOKERY_CHECK(condition)                                                        \
  (static_cast<bool>(condition) ? static_cast<void>(0)                                  \
                                : ::rookery::base::checkFailed(#condition, __FILE__, __LINE__))

/// On in the presets with assertions, off in release.
#ifdef ROOKERY_DCHECKS
#define ROOKERY_DCHECK(condition) ROOKERY_CHECK(condition)
#else
#define ROOKERY_DCHECK(condition) static_cast<void>(sizeof(!(condition)))
#endif
