#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "rookery/net/http_message.h"
#include "rookery/store/records.h"

/// How files are served (RFC 9110 §14: ranges, §13: conditions). Thread: any.
namespace rookery::api {

/// Bytes `from` up to, and not with, `to`.
struct ByteRange {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

/// What one range of a header Range means for `bytes` bytes: all of them when there is none, when
/// there are several, or when it is none of ours; nothing when it lies outside.
[[nodiscard]] std::optional<ByteRange> rangeOf(std::string_view header, std::uint64_t bytes);

/// Status and headers of the answer to `head`, without the body: 200, 206, 304 or 416. `range` is
/// what the body is to have; empty when it has none. What a browser may run, or might take for
/// something else, is handed out as an attachment; so is all when `isDownload`.
[[nodiscard]] net::HttpResponse fileAnswer(const store::FileRecord& file, const net::HttpHead& head,
                                           bool isDownload, ByteRange& range);

}  // namespace rookery::api
