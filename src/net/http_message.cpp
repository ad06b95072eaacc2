#include "rookery/net/http_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "rookery/net/ascii.h"

namespace rookery::net {
namespace {

/// Whether one of the headers of that name has `token` in its list (RFC 9110 §5.6.1).
bool hasToken(const HttpHead& head, std::string_view name, std::string_view token) {
  for (const auto& [key, value] : head.headers) {
    if (!equalsIgnoringCase(key, name)) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      if (equalsIgnoringCase(trim(takeUntil(rest, ',')), token)) return true;
    }
  }
  return false;
}

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// As in application/x-www-form-urlencoded; nothing when an escape is broken.
std::optional<std::string> percentDecoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hexValue(text[i + 1]);
    const int low = hexValue(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

/// A value that came from outside must not begin a header or a body of its own.
void appendValue(std::string& out, std::string_view value) {
  std::transform(value.begin(), value.end(), std::back_inserter(out),
                 [](char c) { return c == '\r' || c == '\n' || c == '\0' ? ' ' : c; });
}

void appendConnection(std::string& out, const HttpResponse& response, const HttpHead& request) {
  if (response.status == 101) {
    out += "Connection: Upgrade\r\n";
  } else if (response.status < 200) {
    return;
  } else if (response.close || !request.keepAlive) {
    out += "Connection: close\r\n";
  } else if (request.version < 11) {
    out += "Connection: keep-alive\r\n";
  }
}

}  // namespace

std::string_view HttpHead::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& header) {
    return equalsIgnoringCase(header.first, name);
  });
  return found == headers.end() ? std::string_view() : found->second;
}

std::string HttpHead::joined(std::string_view name) const {
  std::string all;
  for (const auto& [key, value] : headers) {
    if (!equalsIgnoringCase(key, name)) continue;
    if (!all.empty()) all += ", ";
    all += value;
  }
  return all;
}

std::string_view HttpHead::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view HttpHead::query() const {
  const auto mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

std::optional<std::string> HttpHead::parameter(std::string_view name) const {
  std::string_view rest = query();
  while (!rest.empty()) {
    std::string_view value = takeUntil(rest, '&');
    const std::string_view key = takeUntil(value, '=');
    const bool escaped = key.find_first_of("%+") != std::string_view::npos;
    if (escaped ? percentDecoded(key) == name : key == name) return percentDecoded(value);
  }
  return std::nullopt;
}

bool HttpHead::isWebSocketUpgrade() const {
  return method == "GET" && version == 11 && hasToken(*this, "Connection", "upgrade") &&
         hasToken(*this, "Upgrade", "websocket");
}

std::string serialize(const HttpResponse& response, const HttpHead& request) {
  const bool bodiless = response.status < 200 || response.status == 204 || response.status == 304;
  const bool withBody = !bodiless && request.method != "HEAD";
  std::string out;
  out.reserve(256 + (withBody ? response.body.size() : 0));
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", response.status,
                 reasonPhrase(response.status));
  for (const auto& [name, value] : response.headers) {
    out.append(name).append(": ");
    appendValue(out, value);
    out += "\r\n";
  }
  if (!bodiless) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.bodyBytes());
  }
  appendConnection(out, response, request);
  out += "\r\n";
  if (withBody) out += response.body;
  return out;
}

std::string_view reasonPhrase(unsigned status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 305:
      return "Use Proxy";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 407:
      return "Proxy Authentication Required";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";  // RFC 6585
    case 431:
      return "Request Header Fields Too Large";  // RFC 6585
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";  // RFC 4918
    default:
      return "Unknown";
  }
}

}  // namespace rookery::net
