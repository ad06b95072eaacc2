#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Each function appends to `out` what is needed to show the picture, and answers whether it was
/// whole. `bytes` begin with the format's signature. Thread: any.
namespace rookery::files {

inline constexpr std::string_view kPngStart = "\x89PNG\r\n\x1a\n";

[[nodiscard]] bool copyPng(std::string_view bytes, std::string& out);
[[nodiscard]] bool copyJpeg(std::string_view bytes, std::string& out);
[[nodiscard]] bool copyGif(std::string_view bytes, std::string& out);
[[nodiscard]] bool copyWebp(std::string_view bytes, std::string& out);

/// Walks over bytes that may end anywhere: once something was missing, nothing more is there.
class ByteWalk {
 public:
  explicit ByteWalk(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  std::string_view take(std::size_t n) {
    if (n > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return taken;
  }
  std::uint8_t byte() {
    const std::string_view one = take(1);
    return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
  }
  /// The first byte counts most.
  std::uint32_t bigEndian(std::size_t n) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < n; ++i) value = value << 8 | byte();
    return value;
  }
  std::uint32_t littleEndian(std::size_t n) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < n; ++i) value |= std::uint32_t{byte()} << (8 * i);
    return value;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace rookery::files
