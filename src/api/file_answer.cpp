#include "rookery/api/file_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "rookery/api/asset_files.h"
#include "rookery/api/file_urls.h"
#include "rookery/net/ascii.h"

namespace rookery::api {
namespace {

/// Shown in place; all else is to be saved.
bool isSafe(std::string_view type) {
  constexpr std::array<std::string_view, 6> kSafe = {"image/png",  "image/jpeg", "image/gif",
                                                     "image/webp", "image/avif", "text/plain"};
  const std::string_view plain = net::trim(net::takeUntil(type, ';'));
  return std::any_of(kSafe.begin(), kSafe.end(),
                     [plain](auto one) { return net::equalsIgnoringCase(plain, one); }) ||
         plain.starts_with("audio/") || plain.starts_with("video/");
}

/// RFC 6266: the name once for old clients, in ASCII, and once as it is.
std::string disposition(const std::string& name, bool isInline) {
  std::string ascii = name;
  std::replace_if(
      ascii.begin(), ascii.end(),
      [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\' || c == '/'; }, '_');
  return fmt::format("{}; filename=\"{}\"; filename*=UTF-8''{}", isInline ? "inline" : "attachment",
                     ascii, percentEncoded(name));
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<ByteRange> rangeOf(std::string_view header, std::uint64_t bytes) {
  const ByteRange all{0, bytes};
  if (!net::equalsIgnoringCase(net::takeUntil(header, '='), "bytes")) return all;
  std::string_view last = net::trim(header);
  if (last.find('-') == std::string_view::npos) return all;
  const auto from = number(net::takeUntil(last, '-'));
  const auto to = number(last);
  const bool hasFrom = !net::trim(header).starts_with('-');
  if (!hasFrom) {
    if (!to) return all;
    if (*to == 0 || bytes == 0) return std::nullopt;
    return ByteRange{bytes - std::min(*to, bytes), bytes};
  }
  if (!from || (!to && !last.empty()) || (to && *to < *from)) return all;
  if (*from >= bytes) return std::nullopt;
  return ByteRange{*from, to ? std::min(*to, bytes - 1) + 1 : bytes};
}

net::HttpResponse fileAnswer(const store::FileRecord& file, const net::HttpHead& head,
                             bool isDownload, ByteRange& range) {
  const std::string etag = "\"" + file.sha256 + "\"";
  const bool isInline = !isDownload && isSafe(file.type);
  net::HttpResponse response;
  response.with("ETag", etag).with("Accept-Ranges", "bytes");
  // What lies under an id never changes; an address of a short life is for one reader.
  response.with("Cache-Control",
                isDownload ? "private, max-age=120" : "public, max-age=31536000, immutable");
  response.with("Content-Security-Policy", "default-src 'none'; sandbox");
  response.with("Cross-Origin-Resource-Policy", "cross-origin");
  range = {};
  if (isKnownVersion(head.header("if-none-match"), etag)) {
    response.status = 304;
    return response;
  }
  const std::string_view ifRange = head.header("if-range");
  const bool mayBePart = head.method == "GET" && (ifRange.empty() || ifRange == etag);
  const auto wanted =
      mayBePart ? rangeOf(head.header("range"), file.bytes) : ByteRange{0, file.bytes};
  if (!wanted) {
    response.status = 416;
    response.with("Content-Range", fmt::format("bytes */{}", file.bytes));
    return response;
  }
  range = *wanted;
  response.with("Content-Type", file.type.empty() ? "application/octet-stream" : file.type);
  response.with("Content-Disposition", disposition(file.name, isInline));
  if (range.from > 0 || range.to < file.bytes) {
    response.status = 206;
    response.with("Content-Range",
                  fmt::format("bytes {}-{}/{}", range.from, range.to - 1, file.bytes));
  }
  return response;
}

}  // namespace rookery::api
