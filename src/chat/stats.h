#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rookery::chat {

/// Upper bounds of the latency buckets, in microseconds; the last bucket has none.
inline constexpr std::array<std::int64_t, 16> kLatencyBoundsUs = {
    50,     100,    250,     500,     1'000,   2'500,     5'000,     10'000,
    25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 5'000'000, 10'000'000};

/// Latencies in buckets. Thread: any; relaxed, so that counting costs an uncontended add.
class LatencyHistogram {
 public:
  void observe(std::chrono::nanoseconds latency) {
    const std::int64_t us = latency.count() / 1000;
    std::size_t bucket = 0;
    while (bucket < kLatencyBoundsUs.size() && us > kLatencyBoundsUs[bucket]) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sumUs_.fetch_add(us, std::memory_order_relaxed);
  }
  /// Observations in bucket `i`, not accumulated; the last index is that of the unbounded one.
  [[nodiscard]] std::uint64_t count(std::size_t i) const {
    return counts_[i].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::int64_t sumUs() const { return sumUs_.load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint64_t>, kLatencyBoundsUs.size() + 1> counts_{};
  std::atomic<std::int64_t> sumUs_{0};
};

/// Why something was not delivered, or refused.
enum class DropReason : std::uint8_t {
  kOverloaded,
  kRateLimit,
  kSlowReader,
  kInvalidPayload,
  kFlood,  ///< a client that was disconnected for it
  kCount,
};
[[nodiscard]] constexpr std::string_view dropReasonName(DropReason reason) {
  switch (reason) {
    case DropReason::kOverloaded: return "overloaded";
    case DropReason::kRateLimit: return "rate_limited";
    case DropReason::kSlowReader: return "slow_consumer";
    case DropReason::kInvalidPayload: return "invalid_payload";
    case DropReason::kFlood: return "flood";
    case DropReason::kCount: break;
  }
  return "unknown";
}

/// What /metrics shows of the chat. Thread: any.
struct Stats {
  std::atomic<std::uint64_t> events{0};            ///< received from clients
  std::atomic<std::uint64_t> messagesAccepted{0};  ///< given a seq
  std::atomic<std::uint64_t> messagesConfirmed{0};
  std::atomic<std::uint64_t> messagesFailed{0};
  std::atomic<std::uint64_t> duplicates{0};     ///< answered with an earlier outcome
  std::atomic<std::uint64_t> dedupReads{0};     ///< store reads that deduplication needed
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(DropReason::kCount)> drops{};
  /// Frames that slow readers were not sent, by class: typing, presence, receipts.
  std::array<std::atomic<std::uint64_t>, 3> shed{};
  LatencyHistogram emitLatency;    ///< receipt → frames in the loops' inboxes
  LatencyHistogram commitLatency;  ///< receipt → outcome

  void drop(DropReason reason) {
    drops[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }
};

}  // namespace rookery::chat
