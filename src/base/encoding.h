#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rookery::base {

/// RFC 4648 §4, with padding.
void appendBase64(std::string& out, std::span<const std::uint8_t> bytes);
/// Nothing when `text` is not canonical base64; padding may be missing, but not in part.
[[nodiscard]] std::optional<std::string> decodeBase64(std::string_view text);
/// RFC 4648 §5 (`-` and `_`), without padding.
[[nodiscard]] std::string base64Url(std::span<const std::uint8_t> bytes);

/// Two lower-case digits a byte.
[[nodiscard]] std::string hex(std::string_view bytes);

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool isUtf8(std::string_view text);

/// Equal in time that depends on the lengths only: for secrets.
[[nodiscard]] bool equalInConstantTime(std::string_view a, std::string_view b);

[[nodiscard]] inline std::span<const std::uint8_t> asBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view asText(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace rookery::base
