#pragma once

#include <span>
#include <string_view>

namespace rookery::api {

/// A file of the folder web/, compiled into the program.
struct WebAsset {
  std::string_view path;         ///< as in the URL, below the root: `/index.html`
  std::string_view contentType;  ///< with its charset, ready for the header
  std::string_view bytes;
  std::string_view etag;  ///< changes with the bytes; strong, with its quotes, ready for the header
};

/// All of them, sorted by path. Thread: any; lives as long as the program.
[[nodiscard]] std::span<const WebAsset> webAssets();

}  // namespace rookery::api
