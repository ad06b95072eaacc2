#include "rookery/files/picture.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace rookery::files {
namespace {

std::string bigEndian(std::size_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = bytes; i > 0; --i) out += static_cast<char>(value >> (8 * (i - 1)));
  return out;
}

std::string littleEndian(std::size_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

std::string pngChunk(const std::string& name, const std::string& data) {
  return bigEndian(data.size(), 4) + name + data + "sum!";
}

const std::string kPngHead =
    std::string("\x89PNG\r\n\x1a\n") + pngChunk("IHDR", std::string(13, 1));
const std::string kPngTail = pngChunk("IDAT", "pixels") + pngChunk("IEND", "");

std::string jpegSegment(std::uint8_t marker, const std::string& data) {
  return std::string("\xff") + static_cast<char>(marker) + bigEndian(data.size() + 2, 2) + data;
}

const std::string kJpegScan = jpegSegment(0xda, "head") + std::string("a\xff\x00z\xff\xd3q", 7);
const std::string kJpegEnd = "\xff\xd9";

std::string webp(const std::string& chunks) {
  return "RIFF" + littleEndian(chunks.size() + 4, 4) + "WEBP" + chunks;
}
std::string webpChunk(const std::string& name, const std::string& data) {
  return name + littleEndian(data.size(), 4) + data + std::string(data.size() & 1, '\0');
}

TEST(PictureTest, OfAPngOnlyWhatShowsItStays) {
  const auto cleaned = withoutMetadata(kPngHead + pngChunk("tEXt", "secret") +
                                       pngChunk("pHYs", "density") + kPngTail + "behind");
  ASSERT_TRUE(cleaned);
  EXPECT_EQ(cleaned->kind, PictureKind::kPng);
  EXPECT_EQ(cleaned->bytes, kPngHead + pngChunk("pHYs", "density") + kPngTail);
}

TEST(PictureTest, APngWithoutItsHeadOrEndIsDamaged) {
  EXPECT_FALSE(withoutMetadata("\x89PNG\r\n\x1a\n" + kPngTail));
  EXPECT_FALSE(withoutMetadata(kPngHead + pngChunk("IDAT", "pixels")));
  EXPECT_FALSE(withoutMetadata(kPngHead + kPngHead.substr(8) + kPngTail));
  EXPECT_FALSE(withoutMetadata(kPngHead + std::string("\xff\xff\xff\xffIDAT", 8) + kPngTail));
}

TEST(PictureTest, OfAJpegScansAreKeptToTheirByte) {
  const std::string shown =
      jpegSegment(0xdb, "table") + kJpegScan + jpegSegment(0xc4, "more") + kJpegScan + kJpegEnd;
  const auto cleaned = withoutMetadata(std::string("\xff\xd8") + jpegSegment(0xfe, "secret") +
                                       jpegSegment(0xe5, "secret") + "\xff\xff" + shown + "behind");
  ASSERT_TRUE(cleaned);
  EXPECT_EQ(cleaned->bytes, "\xff\xd8" + shown);
}

TEST(PictureTest, OfAJpegColourProfilesAndTheHeadStayWithoutItsThumbnail) {
  const std::string head("JFIF\0\x01\x01\x01\0\x48\0\x48", 12);
  const auto cleaned =
      withoutMetadata(std::string("\xff\xd8") + jpegSegment(0xe0, head + "\x01\x01" + "rgb") +
                      jpegSegment(0xe2, "ICC_PROFILE and so on") + jpegSegment(0xe2, "MPF") +
                      jpegSegment(0xee, "Adobe") + kJpegScan + kJpegEnd);
  ASSERT_TRUE(cleaned);
  EXPECT_EQ(cleaned->bytes, std::string("\xff\xd8") +
                                jpegSegment(0xe0, head + std::string(2, '\0')) +
                                jpegSegment(0xe2, "ICC_PROFILE and so on") +
                                jpegSegment(0xee, "Adobe") + kJpegScan + kJpegEnd);
}

TEST(PictureTest, OfExifOnlyTheOrientationStays) {
  const std::string entry = "\x01\x12" + bigEndian(3, 2) + bigEndian(1, 4) + bigEndian(6, 2) + "xx";
  const std::string tiff = std::string("MM\0\x2a", 4) + bigEndian(8, 4) + bigEndian(1, 2) + entry;
  const std::string exif = std::string("Exif\0\0", 6) + tiff + "place and time";
  const auto cleaned =
      withoutMetadata(std::string("\xff\xd8") + jpegSegment(0xe1, exif) + kJpegScan + kJpegEnd);
  ASSERT_TRUE(cleaned);
  const std::string kept = std::string("Exif\0\0", 6) + std::string("MM\0\x2a", 4) +
                           bigEndian(8, 4) + bigEndian(1, 2) + entry.substr(0, 10) +
                           std::string(6, '\0');
  EXPECT_EQ(cleaned->bytes,
            std::string("\xff\xd8") + jpegSegment(0xe1, kept) + kJpegScan + kJpegEnd);
}

TEST(PictureTest, ExifThatEndsAnywhereIsNoOrientation) {
  const std::string tiff = std::string("II\x2a\0", 4) + littleEndian(8, 4) + littleEndian(9, 2) +
                           std::string("\x0e\x01\x02\0\0\0\0\0\0\0\0\0", 12);
  for (std::size_t n = 0; n <= tiff.size(); ++n) {
    const std::string exif = std::string("Exif\0\0", 6) + tiff.substr(0, n);
    const auto cleaned =
        withoutMetadata(std::string("\xff\xd8") + jpegSegment(0xe1, exif) + kJpegScan + kJpegEnd);
    ASSERT_TRUE(cleaned) << n;
    EXPECT_EQ(cleaned->bytes, "\xff\xd8" + kJpegScan + kJpegEnd) << n;
  }
}

TEST(PictureTest, OfAGifLoopsStayAndCommentsGo) {
  const std::string head = "GIF89a" + littleEndian(1, 2) + littleEndian(1, 2) +
                           std::string("\x80\0\0", 3) + std::string(6, 'c');
  const std::string loop = "\x21\xff\x0bNETSCAPE2.0" + std::string("\x03\x01\0\0\0", 5);
  const std::string image =
      "\x2c" + std::string(8, '\0') + std::string(1, '\0') + std::string("\x02\x02\x44\x01\0", 5);
  const auto cleaned =
      withoutMetadata(head + loop + std::string("\x21\xfe\x06secret\0", 10) + image + ";behind");
  ASSERT_TRUE(cleaned);
  EXPECT_EQ(cleaned->kind, PictureKind::kGif);
  EXPECT_EQ(cleaned->bytes, head + loop + image + ";");
}

TEST(PictureTest, OfAWebpTheFlagsSayWhatIsLeft) {
  const std::string extended = webpChunk("VP8X", std::string("\x1c", 1) + std::string(9, '\0'));
  const std::string pixels = webpChunk("VP8 ", "odd");
  const auto cleaned = withoutMetadata(
      webp(extended + pixels + webpChunk("EXIF", "secret") + webpChunk("XMP ", "secret")) + "more");
  ASSERT_TRUE(cleaned);
  const std::string kept = webpChunk("VP8X", std::string("\x10", 1) + std::string(9, '\0'));
  EXPECT_EQ(cleaned->bytes, webp(kept + pixels));
}

TEST(PictureTest, AWebpWithoutPixelsOrWithAFalseLengthIsDamaged) {
  EXPECT_FALSE(withoutMetadata(webp(webpChunk("EXIF", "secret"))));
  EXPECT_FALSE(withoutMetadata(webp(webpChunk("VP8 ", "odd")).substr(0, 20)));
  EXPECT_FALSE(withoutMetadata("RIFF" + littleEndian(2, 4) + "WEBP" + webpChunk("VP8 ", "odd")));
}

TEST(PictureTest, WhatIsCutAnywhereIsDamaged) {
  const std::string whole[] = {kPngHead + kPngTail, std::string("\xff\xd8") + kJpegScan + kJpegEnd,
                               webp(webpChunk("VP8L", "even"))};
  for (const std::string& one : whole) {
    ASSERT_TRUE(withoutMetadata(one));
    for (std::size_t n = 0; n < one.size(); ++n) {
      EXPECT_FALSE(withoutMetadata(one.substr(0, n))) << n << " of " << one.size();
    }
  }
}

TEST(PictureTest, WhatIsNoPictureIsRefusedWhateverItIsCalled) {
  for (const char* bytes : {"", "<svg/>", "BM bitmap", "RIFF----WAVE", "\xff\xd8"}) {
    EXPECT_FALSE(withoutMetadata(bytes)) << bytes;
  }
}

}  // namespace
}  // namespace rookery::files
