#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rookery::api {

/// A part of a form (RFC 7578).
struct FormPart {
  std::string fileName;  ///< as the client calls it; may be anything
  std::string_view bytes;
};

/// The boundary in a Content-Type of multipart/form-data; nothing when it is none.
[[nodiscard]] std::optional<std::string> formBoundary(std::string_view contentType);
/// The first part of that name; borrows from `body`. Nothing when there is none, or when the body
/// ends in the middle. Thread: any.
[[nodiscard]] std::optional<FormPart> formPart(std::string_view body, std::string_view boundary,
                                               std::string_view name);

}  // namespace rookery::api
