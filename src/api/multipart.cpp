#include "rookery/api/multipart.h"

#include <algorithm>

#include "rookery/net/ascii.h"

namespace rookery::api {
namespace {

/// A parameter of a header value, e.g. `name` of `form-data; name="avatar"`.
std::optional<std::string> parameterOf(std::string_view header, std::string_view name) {
  static_cast<void>(net::takeUntil(header, ';'));
  while (!header.empty()) {
    header = header.substr(std::min(header.find_first_not_of(" \t"), header.size()));
    const std::string_view key = net::trim(header.substr(0, header.find('=')));
    if (key.size() == header.size()) return std::nullopt;
    header.remove_prefix(header.find('=') + 1);
    std::string value;
    if (header.starts_with('"')) {
      std::size_t at = 1;
      for (; at < header.size() && header[at] != '"'; ++at) {
        if (header[at] == '\\' && at + 1 < header.size()) ++at;
        value += header[at];
      }
      header.remove_prefix(std::min(at + 1, header.size()));
      static_cast<void>(net::takeUntil(header, ';'));
    } else {
      value = net::trim(net::takeUntil(header, ';'));
    }
    if (net::equalsIgnoringCase(key, name)) return value;
  }
  return std::nullopt;
}

/// The value of Content-Disposition in the head of a part.
std::string_view dispositionIn(std::string_view head) {
  while (!head.empty()) {
    std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    const std::string_view name = net::takeUntil(line, ':');
    if (net::equalsIgnoringCase(name, "content-disposition")) return net::trim(line);
  }
  return {};
}

}  // namespace

std::optional<std::string> formBoundary(std::string_view contentType) {
  const std::string_view type = net::trim(contentType.substr(0, contentType.find(';')));
  if (!net::equalsIgnoringCase(type, "multipart/form-data")) return std::nullopt;
  auto boundary = parameterOf(contentType, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70) return std::nullopt;  // RFC 2046
  return boundary;
}

std::optional<FormPart> formPart(std::string_view body, std::string_view boundary,
                                 std::string_view name) {
  const std::string delimiter = "\r\n--" + std::string(boundary);
  const std::string_view first = std::string_view(delimiter).substr(2);
  std::size_t at = body.starts_with(first) ? 0 : body.find(delimiter);
  if (at == std::string_view::npos) return std::nullopt;
  body.remove_prefix(at + (at == 0 ? first.size() : delimiter.size()));
  while (!body.starts_with("--")) {
    const std::size_t headEnd = body.find("\r\n\r\n");
    if (headEnd == std::string_view::npos) return std::nullopt;
    // Behind the delimiter, on its line, is nothing but white space.
    const std::string_view head = body.substr(0, headEnd);
    body.remove_prefix(headEnd + 4);
    at = body.find(delimiter);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view disposition = dispositionIn(head);
    if (parameterOf(disposition, "name") == name) {
      return FormPart{parameterOf(disposition, "filename").value_or(""), body.substr(0, at)};
    }
    body.remove_prefix(at + delimiter.size());
  }
  return std::nullopt;
}

}  // namespace rookery::api
