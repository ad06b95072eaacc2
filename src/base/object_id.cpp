#include "rookery/base/object_id.h"

namespace rookery::base {
namespace {

constexpr std::uint64_t kCounterBits = 24;
constexpr char kDigits[] = "0123456789abcdef";

int digitValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

}  // namespace

void ObjectId::writeHex(char* out) const {
  for (const std::uint8_t byte : bytes) {
    *out++ = kDigits[byte >> 4];
    *out++ = kDigits[byte & 15];
  }
}

std::string ObjectId::hex() const {
  std::string text(kHexDigits, '0');
  writeHex(text.data());
  return text;
}

std::optional<ObjectId> ObjectId::parse(std::string_view text) {
  if (text.size() != kHexDigits) return std::nullopt;
  ObjectId id;
  for (std::size_t i = 0; i < kBytes; ++i) {
    const int high = digitValue(text[2 * i]);
    const int low = digitValue(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return id;
}

ObjectIdGenerator::ObjectIdGenerator(const Clock& clock, Random& random) : clock_(clock) {
  random.fill(process_);
  last_ = random.next64() & ((1U << (kCounterBits - 1)) - 1);
}

ObjectId ObjectIdGenerator::next() {
  const std::uint64_t now = static_cast<std::uint64_t>(clock_.wall() / 1000) << kCounterBits;
  std::uint64_t seen = last_.load(std::memory_order_relaxed);
  std::uint64_t mine = 0;
  do {
    // Taking the seconds from the last id when the clock stepped back keeps ids rising; a counter
    // that overflows borrows the next second.
    const std::uint64_t counter = (seen + 1) & ((1ULL << kCounterBits) - 1);
    mine = now > seen ? (now | counter) : seen + 1;
  } while (!last_.compare_exchange_weak(seen, mine, std::memory_order_relaxed));

  ObjectId id;
  const auto seconds = static_cast<std::uint32_t>(mine >> kCounterBits);
  for (int i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
  std::memcpy(id.bytes.data() + 4, process_.data(), process_.size());
  for (int i = 0; i < 3; ++i) id.bytes[9 + i] = static_cast<std::uint8_t>(mine >> (16 - 8 * i));
  return id;
}

}  // namespace rookery::base
