#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rookery/base/error.h"

namespace rookery::files {

/// What a picture is by its content, never by its name.
enum class PictureKind : std::uint8_t { kPng, kJpeg, kGif, kWebp };

[[nodiscard]] std::string_view mediaType(PictureKind kind);
/// With its dot.
[[nodiscard]] std::string_view extension(PictureKind kind);

struct Picture {
  PictureKind kind = PictureKind::kPng;
  std::string bytes;
};

/// The picture with nothing in it but what is needed to show it: no place, camera, comment,
/// thumbnail, nothing behind its end. Colour profiles stay, and so does a JPEG's orientation,
/// without which it would lie on its side. kInvalidPayload for what is none of the four kinds, or
/// ends in the middle. Whether the pixels can be decoded is not looked at. Formats: PNG (ISO 15948
/// §11), JPEG (ITU T.81 Annex B), GIF89a, WebP (RFC 9649). Thread: any; takes time in proportion to
/// the bytes.
[[nodiscard]] base::Result<Picture> withoutMetadata(std::string_view bytes);

}  // namespace rookery::files
