#include "rookery/api/router.h"

#include <algorithm>

namespace rookery::api {
namespace {

std::vector<std::string_view> segmentsOf(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool isParam(std::string_view segment) { return segment.starts_with(':'); }

bool fits(const std::vector<std::string_view>& pattern,
          const std::vector<std::string_view>& segments) {
  return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                    [](std::string_view wanted, std::string_view given) {
                      return isParam(wanted) ? !given.empty() : wanted == given;
                    });
}

void addMethod(std::string& allow, std::string_view method) {
  if (!allow.empty()) allow += ", ";
  allow += method;
}

}  // namespace

Router::Router(std::span<const Route> routes) {
  entries_.reserve(routes.size());
  for (const Route& route : routes) entries_.push_back({&route, segmentsOf(route.pattern)});
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  const std::string_view served = method == "HEAD" ? "GET" : method;
  const std::vector<std::string_view> segments = segmentsOf(path);
  std::vector<std::string_view> methods;
  for (const Entry& entry : entries_) {
    if (!fits(entry.segments, segments)) continue;
    if (entry.route->method == served) {
      Match match{.route = entry.route, .params = {}, .allow = {}};
      for (std::size_t i = 0; i < segments.size(); ++i) {
        if (isParam(entry.segments[i])) match.params.emplace_back(segments[i]);
      }
      return match;
    }
    if (std::find(methods.begin(), methods.end(), entry.route->method) == methods.end()) {
      methods.push_back(entry.route->method);
    }
  }
  Match match;
  for (const std::string_view known : methods) {
    addMethod(match.allow, known);
    if (known == "GET") addMethod(match.allow, "HEAD");
  }
  if (!methods.empty()) addMethod(match.allow, "OPTIONS");
  return match;
}

}  // namespace rookery::api
