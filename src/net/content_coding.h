#pragma once

#include <cstddef>
#include <cstdint>

#include "rookery/net/http_message.h"

namespace rookery::net {

/// How a body is packed (RFC 9110 §8.4.1).
enum class ContentCoding : std::uint8_t { kIdentity, kGzip, kDeflate };

/// What `request` takes best of these (RFC 9110 §12.5.3); gzip before deflate at the same weight.
[[nodiscard]] ContentCoding acceptedCoding(const HttpHead& request);

/// Packs the body as `request` takes it, and says so in the headers. Bodies of less than `least`
/// bytes, and those that would not become smaller, stay as they are.
/// Thread: any. It takes as long as zlib needs at its fastest.
void compressBody(const HttpHead& request, HttpResponse& response, std::size_t least);

}  // namespace rookery::net
