#include "rookery/base/heap.h"

#include <malloc.h>

#include <algorithm>
#include <cstddef>

/// jemalloc's, where the program is linked with it.
extern "C" int mallctl(const char* name, void* old, std::size_t* oldBytes, void* fresh,
                       std::size_t freshBytes) __attribute__((weak));

namespace rookery::base {
namespace {

std::uint64_t statistic(const char* name) {
  std::size_t value = 0;
  std::size_t bytes = sizeof value;
  return mallctl(name, &value, &bytes, nullptr, 0) == 0 ? value : 0;
}

}  // namespace

HeapBytes heapBytes() {
  if (mallctl == nullptr) {
    const struct mallinfo2 heap = mallinfo2();
    return {heap.uordblks + heap.hblkhd, heap.fordblks};
  }
  std::uint64_t epoch = 1;  // statistics are as of the last time that this was written
  mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
  const std::uint64_t used = statistic("stats.allocated");
  return {used, std::max(statistic("stats.resident"), used) - used};
}

}  // namespace rookery::base
