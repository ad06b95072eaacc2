#include "rookery/base/random.h"

#include <sys/random.h>

#include <algorithm>

#include "rookery/base/check.h"

namespace rookery::base {
namespace {

constexpr std::size_t kBlockBytes = 256;  // getrandom never returns less for up to 256 bytes

struct Block {
  std::array<std::uint8_t, kBlockBytes> bytes{};
  std::size_t used = kBlockBytes;
};

}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> out) {
  thread_local Block block;
  while (!out.empty()) {
    if (block.used == kBlockBytes) {
      const ssize_t got = getrandom(block.bytes.data(), kBlockBytes, 0);
      ROOKERY_CHECK(got == static_cast<ssize_t>(kBlockBytes));
      block.used = 0;
    }
    const std::size_t count = std::min(out.size(), kBlockBytes - block.used);
    std::memcpy(out.data(), block.bytes.data() + block.used, count);
    // What was handed out may become a secret: no second copy stays behind.
    std::memset(block.bytes.data() + block.used, 0, count);
    block.used += count;
    out = out.subspan(count);
  }
}

}  // namespace rookery::base
