#include "rookery/engineio/jsonp.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "rookery/base/json_writer.h"

namespace rookery::engineio {
namespace {

// U+2028 and U+2029 end a line in scripts, though not in JSON.
constexpr std::string_view kSeparators = "\xe2\x80";
constexpr char kLineSeparator = '\xa8';
constexpr char kParagraphSeparator = '\xa9';

void escapeSeparators(std::string& text) {
  for (std::size_t at = text.find(kSeparators); at != std::string::npos;
       at = text.find(kSeparators, at + 1)) {
    const char last = at + 2 < text.size() ? text[at + 2] : '\0';
    if (last == kLineSeparator) text.replace(at, 3, "\\u2028");
    if (last == kParagraphSeparator) text.replace(at, 3, "\\u2029");
  }
}

}  // namespace

bool isJsonp(const net::HttpHead& request) { return request.parameter("j").has_value(); }

std::string jsonpScript(const net::HttpHead& request, std::string_view payload) {
  const std::string name = request.parameter("j").value_or("");
  std::string script = "___eio[";
  std::copy_if(name.begin(), name.end(), std::back_inserter(script),
               [](char c) { return c >= '0' && c <= '9'; });
  script += "](";
  base::appendJsonString(script, payload);
  escapeSeparators(script);
  script += ");";
  return script;
}

std::optional<std::string> jsonpPayload(std::string_view form) {
  net::HttpHead fields;
  fields.target.append(1, '?').append(form);  // a form is written as a query is
  const std::optional<std::string> field = fields.parameter("d");
  if (!field) return std::nullopt;
  std::string payload;
  payload.reserve(field->size());
  for (std::size_t i = 0; i < field->size(); ++i) {
    const std::string_view rest = std::string_view(*field).substr(i);
    if (rest.starts_with("\\\\n")) {
      payload += "\\n";
      i += 2;
    } else if (rest.starts_with("\\n")) {
      payload += '\n';
      i += 1;
    } else {
      payload += rest.front();
    }
  }
  return payload;
}

}  // namespace rookery::engineio
