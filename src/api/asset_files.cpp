#include "rookery/api/asset_files.h"

#include <algorithm>

#include "rookery/net/ascii.h"

namespace rookery::api {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: https:";

}  // namespace

bool isKnownVersion(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    std::string_view one = net::trim(net::takeUntil(list, ','));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == etag) return true;
  }
  return false;
}

const WebAsset* findAsset(std::string_view path) {
  if (path == "/") path = "/index.html";
  if (path == "/docs" || path == "/docs/") path = "/docs/index.html";
  const auto assets = webAssets();
  const auto found = std::find_if(assets.begin(), assets.end(),
                                  [path](const WebAsset& one) { return one.path == path; });
  return found == assets.end() ? nullptr : &*found;
}

net::HttpResponse serveAsset(const WebAsset& asset, const net::HttpHead& head) {
  net::HttpResponse response;
  response.with("ETag", std::string(asset.etag));
  // Names do not change with the content, so a browser asks each time; pictures may be a day old.
  const bool isPicture = asset.contentType.starts_with("image/");
  response.with("Cache-Control", isPicture ? "public, max-age=86400" : "no-cache");
  response.with("Content-Security-Policy", std::string(kPolicy));
  response.with("Referrer-Policy", "same-origin").with("X-Frame-Options", "DENY");
  if (isPicture) response.with("Cross-Origin-Resource-Policy", "cross-origin");
  if (isKnownVersion(head.header("if-none-match"), asset.etag)) {
    response.status = 304;
    return response;
  }
  response.with("Content-Type", std::string(asset.contentType));
  response.body = asset.bytes;
  return response;
}

}  // namespace rookery::api
