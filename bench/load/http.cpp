#include "load/http.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace rookery::bench {
namespace {

constexpr std::string_view kVersion = "HTTP/1.1 ";
constexpr std::string_view kLength = "\r\ncontent-length:";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

template <typename Number>
bool parse(std::string_view text, Number& value) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
}

}  // namespace

HttpState readAnswer(std::string_view bytes, HttpAnswer& answer) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return HttpState::kIncomplete;
  const std::string_view head = bytes.substr(0, end);
  if (!head.starts_with(kVersion) || !parse(head.substr(kVersion.size()), answer.status)) {
    return HttpState::kBad;
  }
  const auto found = std::search(head.begin(), head.end(), kLength.begin(), kLength.end(),
                                 [](char a, char b) { return lower(a) == b; });
  std::size_t length = 0;
  if (found != head.end() &&
      !parse(head.substr(static_cast<std::size_t>(found - head.begin()) + kLength.size()),
             length)) {
    return HttpState::kBad;
  }
  if (bytes.size() - end - 4 < length) return HttpState::kIncomplete;
  answer.body = bytes.substr(end + 4, length);
  answer.bytes = end + 4 + length;
  return HttpState::kWhole;
}

std::string getRequest(std::string_view host, std::string_view pathAndQuery) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", pathAndQuery, host);
}

std::string postRequest(std::string_view host, std::string_view pathAndQuery,
                        std::string_view body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: text/plain;charset=UTF-8\r\n"
      "Content-Length: {}\r\n\r\n{}",
      pathAndQuery, host, body.size(), body);
}

}  // namespace rookery::bench
