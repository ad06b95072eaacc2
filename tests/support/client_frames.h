#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace rookery::test {

/// A frame as a client may send it, and as it may not. RFC 6455 §5.2.
struct ClientFrame {
  unsigned opcode = 1;
  std::string payload = {};
  bool final = true;
  bool masked = true;
  unsigned reserved = 0;  ///< RSV1 to RSV3 as bits 4, 2, 1
  std::array<std::uint8_t, 4> key{0x37, 0xFA, 0x21, 0x3D};
  unsigned lengthBytes = 0;        ///< 2 or 8: that form even where a shorter one would do
  std::uint64_t claimedBytes = 0;  ///< when not 0: the length in the head

  [[nodiscard]] std::string bytes() const {
    std::string out;
    out += static_cast<char>((final ? 0x80U : 0U) | reserved << 4U | opcode);
    const std::uint64_t length = claimedBytes != 0 ? claimedBytes : payload.size();
    const unsigned width = lengthBytes != 0 ? lengthBytes
                           : length < 126   ? 0
                           : length < 65536 ? 2
                                            : 8;
    const std::uint64_t first = width == 0 ? length : width == 2 ? 126 : 127;
    out += static_cast<char>((masked ? 0x80U : 0U) | first);
    for (unsigned i = width; i > 0; --i) out += static_cast<char>(length >> 8 * (i - 1));
    if (!masked) return out + payload;
    for (const std::uint8_t byte : key) out += static_cast<char>(byte);
    for (std::size_t i = 0; i < payload.size(); ++i) {
      out += static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ key[i % 4]);
    }
    return out;
  }
};

}  // namespace rookery::test
