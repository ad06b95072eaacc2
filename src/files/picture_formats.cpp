#include "rookery/files/picture_formats.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace rookery::files {
namespace {

bool isOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Blocks of up to 255 bytes, ended by an empty one.
std::string_view takeSubBlocks(ByteWalk& walk) {
  const std::string_view from = walk.rest();
  std::size_t length = 0;
  for (std::size_t n = 1; walk.ok() && n > 0;) {
    n = walk.byte();
    walk.take(n);
    length += 1 + n;
  }
  return from.substr(0, length);
}

std::size_t colourTableBytes(std::uint8_t flags) {
  return (flags & 0x80) == 0 ? 0 : 3U << ((flags & 7) + 1);
}

/// What follows the byte 0x21.
void copyGifExtension(ByteWalk& walk, std::string& out) {
  const std::uint8_t label = walk.byte();
  const std::string_view blocks = takeSubBlocks(walk);
  constexpr std::uint8_t kGraphicControl = 0xf9;
  constexpr std::uint8_t kApplication = 0xff;
  const bool isLoop = label == kApplication &&
                      (blocks.starts_with("\x0bNETSCAPE2.0") || blocks.starts_with("\x0b"
                                                                                   "ANIMEXTS1.0"));
  if (label != kGraphicControl && !isLoop) return;
  out += '\x21';
  out += static_cast<char>(label);
  out += blocks;
}

}  // namespace

bool copyPng(std::string_view bytes, std::string& out) {
  ByteWalk walk(bytes);
  out += walk.take(kPngStart.size());
  bool isFirst = true;
  while (walk.ok()) {
    const std::string_view chunk = walk.rest();
    const std::uint32_t length = walk.bigEndian(4);
    const std::string_view name = walk.take(4);
    walk.take(length);
    walk.take(4);  // the checksum
    if (!walk.ok() || isFirst != (name == "IHDR")) return false;
    isFirst = false;
    if (isOneOf(name, {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT",
                       "sRGB", "bKGD", "pHYs", "acTL", "fcTL", "fdAT"})) {
      out += chunk.substr(0, std::size_t{length} + 12);
    }
    if (name == "IEND") return true;
  }
  return false;
}

bool copyGif(std::string_view bytes, std::string& out) {
  ByteWalk walk(bytes);
  const std::string_view head = walk.take(13);
  if (!walk.ok()) return false;
  out += head;
  out += walk.take(colourTableBytes(static_cast<std::uint8_t>(head[10])));
  while (walk.ok()) {
    switch (walk.byte()) {
      case 0x2c: {
        const std::string_view image = walk.take(9);
        if (!walk.ok()) return false;
        out += '\x2c';
        out += image;
        out += walk.take(colourTableBytes(static_cast<std::uint8_t>(image[8])));
        out += walk.take(1);  // the size of LZW codes
        out += takeSubBlocks(walk);
        break;
      }
      case 0x21:
        copyGifExtension(walk, out);
        break;
      case 0x3b:
        out += '\x3b';
        return walk.ok();
      default:
        return false;
    }
  }
  return false;
}

bool copyWebp(std::string_view bytes, std::string& out) {
  ByteWalk walk(bytes);
  walk.take(4);
  const std::uint32_t size = walk.littleEndian(4);
  if (size < 4 || size > bytes.size() - 8) return false;
  ByteWalk chunks(bytes.substr(12, size - 4));
  out.append("RIFF").append(4, '\0').append("WEBP");
  bool hasImage = false;
  while (!chunks.rest().empty()) {
    const std::string_view chunk = chunks.rest();
    const std::string_view name = chunks.take(4);
    const std::uint32_t length = chunks.littleEndian(4);
    const std::size_t padded = std::size_t{length} + (length & 1);
    const std::string_view data = chunks.take(padded);
    if (!chunks.ok()) return false;
    if (!isOneOf(name, {"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"})) continue;
    hasImage = hasImage || isOneOf(name, {"VP8 ", "VP8L", "ANMF"});
    const std::size_t at = out.size();
    out += chunk.substr(0, 8);
    out += data;
    constexpr unsigned kExifAndXmp = 0x0c;
    if (name == "VP8X" && length > 0) {
      out[at + 8] = static_cast<char>(static_cast<std::uint8_t>(out[at + 8]) & ~kExifAndXmp);
    }
  }
  for (std::size_t i = 0; i < 4; ++i) out[4 + i] = static_cast<char>((out.size() - 8) >> (8 * i));
  return hasImage;
}

}  // namespace rookery::files
