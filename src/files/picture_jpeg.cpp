#include "rookery/files/picture_formats.h"

namespace rookery::files {
namespace {

constexpr std::string_view kExif{"Exif\0\0", 6};

/// The tag 0x0112 of the first directory (Exif 2.32 §4.6.4); 1, upright, when there is none.
std::uint32_t orientationOf(std::string_view exif) {
  const std::string_view tiff = exif.substr(kExif.size());
  const bool isLittle = tiff.starts_with("II");
  const auto number = [isLittle](ByteWalk& walk, std::size_t n) {
    return isLittle ? walk.littleEndian(n) : walk.bigEndian(n);
  };
  ByteWalk head(tiff);
  head.take(4);
  const std::uint32_t at = number(head, 4);
  if (!head.ok() || at > tiff.size()) return 1;
  ByteWalk directory(tiff.substr(at));
  for (std::uint32_t left = number(directory, 2); left > 0 && directory.ok(); --left) {
    const std::uint32_t tag = number(directory, 2);
    directory.take(6);
    const std::uint32_t value = number(directory, 2);
    directory.take(2);
    if (tag == 0x0112) return directory.ok() && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/// A segment with the orientation and nothing else.
std::string orientationSegment(std::uint32_t orientation) {
  std::string segment("\xff\xe1\x00\x22", 4);
  segment += kExif;
  segment.append("MM\x00\x2a\x00\x00\x00\x08", 8);  // big endian, the directory at 8
  segment.append("\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00", 11);
  segment += static_cast<char>(orientation);
  segment.append(6, '\0');  // the value's rest, and no further directory
  return segment;
}

/// Bytes up to the next marker: 0xff and neither 0, nor a restart.
std::string_view takeScan(ByteWalk& walk) {
  const std::string_view bytes = walk.rest();
  std::size_t at = 0;
  while ((at = bytes.find('\xff', at)) != std::string_view::npos && at + 1 < bytes.size()) {
    const auto next = static_cast<std::uint8_t>(bytes[at + 1]);
    if (next != 0 && (next < 0xd0 || next > 0xd7)) return walk.take(at);
    at += 2;
  }
  return walk.take(bytes.size() + 1);  // there is none: not whole
}

/// `segment` from its marker on, `data` behind its length.
void copyApplication(std::uint8_t marker, std::string_view segment, std::string_view data,
                     std::string& out) {
  if (marker == 0xe0 && data.starts_with(std::string_view("JFIF\0", 5)) && data.size() >= 14) {
    out.append("\xff\xe0\x00\x10", 4).append(data.substr(0, 12)).append(2, '\0');  // no thumbnail
  } else if (marker == 0xe1 && data.starts_with(kExif)) {
    const std::uint32_t orientation = orientationOf(data);
    if (orientation != 1) out += orientationSegment(orientation);
  } else if ((marker == 0xe2 && data.starts_with("ICC_PROFILE")) ||
             (marker == 0xee && data.starts_with("Adobe"))) {
    out += segment;
  }
}

}  // namespace

bool copyJpeg(std::string_view bytes, std::string& out) {
  ByteWalk walk(bytes);
  out += walk.take(2);
  bool hasScan = false;
  while (walk.ok()) {
    if (walk.byte() != 0xff) return false;
    const std::string_view segment = walk.rest();
    std::uint8_t marker = walk.byte();
    if (marker == 0xff) {  // filling, of which there may be any number
      walk = ByteWalk(segment);
      continue;
    }
    if (marker == 0xd9) {
      out += "\xff\xd9";
      return hasScan;
    }
    const std::uint32_t length = walk.bigEndian(2);
    if (length < 2) return false;
    const std::string_view data = walk.take(length - 2);
    if (!walk.ok()) return false;
    const std::string whole = '\xff' + std::string(segment.substr(0, length + 1));
    if (marker >= 0xe0 && marker <= 0xef) {
      copyApplication(marker, whole, data, out);
    } else if (marker != 0xfe) {
      out += whole;
    }
    if (marker == 0xda) {
      hasScan = true;
      out += takeScan(walk);
    }
  }
  return false;
}

}  // namespace rookery::files
