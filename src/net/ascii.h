#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace rookery::net {

/// ASCII letters alone; what is none stays as it is.
[[nodiscard]] constexpr char lowercase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] inline std::string lowercase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return lowercase(c); });
  return lower;
}

/// Whether two texts are equal but for the case of ASCII letters.
[[nodiscard]] inline bool equalsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lowercase(x) == lowercase(y); });
}

/// Without the spaces and tabs around it (OWS, RFC 9110 §5.6.3).
[[nodiscard]] inline std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes the part before `separator` off the front of `rest`; all of it when there is none.
[[nodiscard]] inline std::string_view takeUntil(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

}  // namespace rookery::net
