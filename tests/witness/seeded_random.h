#pragma once

#include <cstdint>
#include <span>

#include "rookery/base/random.h"

namespace rookery::witness {

/// Random numbers that a seed repeats (SplitMix64).
class SeededRandom final : public base::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;
  [[nodiscard]] std::uint64_t next();
  /// In [0, end).
  [[nodiscard]] std::uint64_t below(std::uint64_t end) { return next() % end; }
  [[nodiscard]] bool oneIn(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace rookery::witness
