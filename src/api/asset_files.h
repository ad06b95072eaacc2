#pragma once

#include <string_view>

#include "rookery/api/web_assets.h"
#include "rookery/net/http_message.h"

namespace rookery::api {

/// The file of the page at a path, `/` being its first page; null when there is none.
/// Thread: any.
[[nodiscard]] const WebAsset* findAsset(std::string_view path);

/// The file, or 304 when the browser has it already (RFC 9110 §13.1.2). Thread: any.
[[nodiscard]] net::HttpResponse serveAsset(const WebAsset& asset, const net::HttpHead& head);

/// Whether the list in If-None-Match names this version; compared weakly (RFC 9110 §8.8.3.2).
[[nodiscard]] bool isKnownVersion(std::string_view list, std::string_view etag);

}  // namespace rookery::api
