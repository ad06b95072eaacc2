#pragma once

#include <array>
#include <atomic>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "rookery/base/clock.h"
#include "rookery/base/random.h"

namespace rookery::base {

/// MongoDB's ObjectId: 4 bytes seconds, 5 bytes process-random, 3 bytes counter, big-endian;
/// written as 24 lower-case hex digits (events.md, conventions).
struct ObjectId {
  static constexpr std::size_t kBytes = 12;
  static constexpr std::size_t kHexDigits = 24;

  std::array<std::uint8_t, kBytes> bytes{};

  auto operator<=>(const ObjectId&) const = default;
  [[nodiscard]] bool isNull() const { return *this == ObjectId{}; }
  [[nodiscard]] std::string hex() const;
  /// Writes 24 digits to `out`.
  void writeHex(char* out) const;
  /// Nothing unless `text` is exactly 24 lower-case hex digits.
  [[nodiscard]] static std::optional<ObjectId> parse(std::string_view text);
};

/// Makes ids that are unique in this process, also when the clock steps back, and over restarts
/// by the process-random part. Thread: any.
class ObjectIdGenerator {
 public:
  ObjectIdGenerator(const Clock& clock, Random& random);
  [[nodiscard]] ObjectId next();

 private:
  const Clock& clock_;
  std::array<std::uint8_t, 5> process_{};
  std::atomic<std::uint64_t> last_;  ///< seconds << 24 | counter, only ever rising
};

struct ObjectIdHash {
  std::size_t operator()(const ObjectId& id) const noexcept {
    // The last 8 bytes hold random and counter; a multiply spreads the counter over all bits.
    std::uint64_t low = 0;
    std::uint32_t high = 0;
    std::memcpy(&low, id.bytes.data() + 4, sizeof low);
    std::memcpy(&high, id.bytes.data(), sizeof high);
    return (low ^ high) * 0x9E3779B97F4A7C15ULL >> 7;
  }
};

}  // namespace rookery::base
