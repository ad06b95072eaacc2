#pragma once

#include <cstdint>

namespace rookery::base {

struct HeapBytes {
  std::uint64_t used = 0;  ///< given out, about
  std::uint64_t kept = 0;  ///< resident and free
};

/// What this process has on its heap, of jemalloc (the program) or of the C library (tests, and
/// builds with a sanitizer). Thread: any.
[[nodiscard]] HeapBytes heapBytes();

}  // namespace rookery::base
