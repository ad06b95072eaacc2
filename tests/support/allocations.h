#pragma once

#include <cstddef>

namespace rookery::test {

/// What this thread took by operator new while the object lives. For tests of what must not
/// allocate, or not as much as a client claims.
class Allocations {
 public:
  Allocations();
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::size_t bytes() const;
  /// Taken and not given back.
  [[nodiscard]] std::ptrdiff_t alive() const;

 private:
  std::size_t count_;
  std::size_t bytes_;
  std::ptrdiff_t alive_;
};

}  // namespace rookery::test
