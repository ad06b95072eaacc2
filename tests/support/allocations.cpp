#include "support/allocations.h"

#include <cstdlib>
#include <new>

namespace {

struct Totals {
  std::size_t count = 0;
  std::size_t bytes = 0;
  std::ptrdiff_t alive = 0;
};
thread_local Totals totals;

}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  ++totals.count;
  totals.bytes += size;
  ++totals.alive;
  return memory;
}
// Replaced as well: what a library gets by it goes through the delete below.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void operator delete(void* memory) noexcept {
  if (memory != nullptr) --totals.alive;
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }

namespace rookery::test {

Allocations::Allocations() : count_(totals.count), bytes_(totals.bytes), alive_(totals.alive) {}
std::size_t Allocations::count() const { return totals.count - count_; }
std::size_t Allocations::bytes() const { return totals.bytes - bytes_; }
std::ptrdiff_t Allocations::alive() const { return totals.alive - alive_; }

}  // namespace rookery::test
