#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace rookery::bench {

/// Counts of durations in buckets that grow with them, each at most 1.6 % wide (the idea of
/// HdrHistogram): recording is an increment, and no sample is thrown away.
/// Units: nanoseconds. Thread: owner.
class Histogram {
 public:
  void record(std::int64_t value) {
    const auto sample = static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
    ++buckets_[std::min(indexOf(sample), buckets_.size() - 1)];
    ++count_;
    most_ = std::max(most_, sample);
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t most() const { return most_; }

  /// The value that the share `fraction` of all samples does not exceed; 0 without samples.
  [[nodiscard]] std::uint64_t at(double fraction) const {
    const auto wanted = static_cast<std::uint64_t>(fraction * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > wanted || (seen == count_ && seen > 0)) return std::min(upperEdge(i), most_);
    }
    return 0;
  }

 private:
  static constexpr unsigned kSubBits = 6;
  static constexpr std::uint64_t kSub = 1U << kSubBits;
  static constexpr unsigned kLargestBits = 40;  // 18 minutes

  static std::size_t indexOf(std::uint64_t value) {
    if (value < kSub) return value;
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kSubBits - 1;
    return (shift + 1) * kSub + ((value >> shift) - kSub);
  }
  static std::uint64_t upperEdge(std::size_t index) {
    if (index < kSub) return index;
    const std::uint64_t shift = index / kSub - 1;
    return ((index % kSub + kSub + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> buckets_ =
      std::vector<std::uint64_t>((kLargestBits - kSubBits) * kSub);
  std::uint64_t count_ = 0;
  std::uint64_t most_ = 0;
};

}  // namespace rookery::bench
