#include "rookery/socketio/handshake.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "rookery/base/encoding.h"
#include "rookery/base/json_writer.h"
#include "rookery/net/ascii.h"

namespace rookery::socketio {
namespace {

/// Bytes that are no UTF-8, which headers may hold, are no JSON.
std::string_view asJsonText(std::string_view text) {
  return base::isUtf8(text) ? text : std::string_view();
}

template <typename Members>
void writeMembers(std::string& out, const Members& members) {
  out += '{';
  for (const auto& [name, value] : members) {
    if (out.back() != '{') out += ',';
    base::appendJsonString(out, asJsonText(name));
    out += ':';
    base::appendJsonString(out, asJsonText(value));
  }
  out += '}';
}

std::map<std::string, std::string> headersOf(const net::HttpHead& head) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : head.headers) {
    std::string& joined = headers[net::lowercase(name)];
    joined += (joined.empty() ? "" : ", ") + value;
  }
  return headers;
}

std::map<std::string, std::string> queryOf(const net::HttpHead& head) {
  std::map<std::string, std::string> query;
  std::string_view rest = head.query();
  while (!rest.empty()) {
    std::string_view pair = net::takeUntil(rest, '&');
    const std::string name(net::takeUntil(pair, '='));
    if (!name.empty()) query.emplace(name, head.parameter(name).value_or(std::string(pair)));
  }
  return query;
}

}  // namespace

std::string queryJson(std::string_view query) {
  std::string out;
  writeMembers(out, queryOf({.target = std::string("?").append(query)}));
  return out;
}

Handshake::Handshake(const ConnectRequest& request)
    : head(request.head),
      address(request.peer.text()),
      secure(request.peer.secure),
      authJson(request.authJson),
      issued(request.issued) {}

std::string Handshake::query(std::string_view name) const {
  return head.parameter(name).value_or("");
}

std::string Handshake::json() const {
  std::string headers;
  writeMembers(headers, headersOf(head));
  const std::string query = queryJson(head.query());
  std::string out;
  base::JsonWriter json(out);
  json.beginObject().key("headers").raw(headers).key("time").time(issued);
  json.key("address").string(address);
  json.key("xdomain").boolean(!head.header("origin").empty());
  json.key("secure").boolean(secure).key("issued").number(std::int64_t{issued});
  json.key("url").string(asJsonText(head.target)).key("query").raw(query);
  json.key("auth").raw(authJson).endObject();
  return out;
}

}  // namespace rookery::socketio
