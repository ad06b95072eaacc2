#include "rookery/files/picture.h"

#include <optional>

#include "rookery/files/picture_formats.h"

namespace rookery::files {

std::string_view mediaType(PictureKind kind) {
  switch (kind) {
    case PictureKind::kPng:
      return "image/png";
    case PictureKind::kJpeg:
      return "image/jpeg";
    case PictureKind::kGif:
      return "image/gif";
    case PictureKind::kWebp:
      return "image/webp";
  }
  return {};
}

std::string_view extension(PictureKind kind) {
  switch (kind) {
    case PictureKind::kPng:
      return ".png";
    case PictureKind::kJpeg:
      return ".jpg";
    case PictureKind::kGif:
      return ".gif";
    case PictureKind::kWebp:
      return ".webp";
  }
  return {};
}

base::Result<Picture> withoutMetadata(std::string_view bytes) {
  Picture picture;
  bool isWhole = false;
  if (bytes.starts_with(kPngStart)) {
    picture.kind = PictureKind::kPng;
    isWhole = copyPng(bytes, picture.bytes);
  } else if (bytes.starts_with("\xff\xd8\xff")) {
    picture.kind = PictureKind::kJpeg;
    isWhole = copyJpeg(bytes, picture.bytes);
  } else if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) {
    picture.kind = PictureKind::kGif;
    isWhole = copyGif(bytes, picture.bytes);
  } else if (bytes.size() >= 12 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") {
    picture.kind = PictureKind::kWebp;
    isWhole = copyWebp(bytes, picture.bytes);
  } else {
    return base::fail(base::ErrorCode::kInvalidPayload, "It is no PNG, JPEG, GIF or WebP picture");
  }
  if (!isWhole) return base::fail(base::ErrorCode::kInvalidPayload, "The picture is damaged");
  return picture;
}

}  // namespace rookery::files
