#include "rookery/api/openapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "rookery/api/envelope.h"
#include "rookery/api/routes.h"
#include "rookery/api/schemas.h"
#include "rookery/api/views.h"
#include "rookery/net/ascii.h"
#include "rookery/net/http_message.h"

namespace rookery::api {
namespace {

using base::JsonWriter;

struct Parameter {
  std::string_view name;
  bool isRequired;
  std::string_view schema;
  std::string_view description;
};

constexpr std::string_view kText = R"({"type":"string"})";
constexpr std::string_view kNumber = R"({"type":"integer"})";
constexpr std::array kParameters = {
    Parameter{"ids", true, kText, "ids of users, with commas between; at most 500"},
    Parameter{"joinCode", true, kText, "six upper-case characters"},
    Parameter{"fileName", true, kText, "at most 255 bytes"},
    Parameter{"contentType", false, kText, "what the PUT will state; empty: anything"},
    Parameter{"page", false, kNumber, "1 is the newest"},
    Parameter{"limit", false, kNumber, "at most 100; 20 when absent"},
    Parameter{"recieverId", true, kText, "id of the other user"},
    Parameter{"memberId", true, kText, "id of the other user"},
    Parameter{"q", true, kText, "words, \"a phrase\", from:NAME, before:DATE, after:DATE"},
    Parameter{"in", false, kText, "id of one conversation"},
    Parameter{"cursor", false, kText, "of the page before"},
    Parameter{"before", false, kNumber, "messages with a smaller seq"},
    Parameter{"after", false, kNumber, "messages with a larger seq"},
};

std::string_view next(std::string_view& list) { return net::takeUntil(list, ' '); }

/// `:id` as `{id}`.
std::string templated(std::string_view pattern) {
  std::string out;
  for (std::string_view rest = pattern.substr(1); !rest.empty();) {
    const std::string_view segment = net::takeUntil(rest, '/');
    out += segment.starts_with(':') ? fmt::format("/{{{}}}", segment.substr(1))
                                    : fmt::format("/{}", segment);
  }
  return out;
}

void writeReference(JsonWriter& json, std::string_view name) {
  const bool isList = name.ends_with("[]");
  if (isList) name.remove_suffix(2);
  if (isList) json.beginObject().key("type").string("array").key("items");
  json.beginObject();
  if (!name.empty()) json.key("$ref").string(fmt::format("#/components/schemas/{}", name));
  json.endObject();
  if (isList) json.endObject();
}

void writeSuccess(JsonWriter& json, const RouteDoc& doc) {
  if (doc.envelope == EnvelopeKind::kBare) return writeReference(json, doc.data);
  const std::string_view envelope = doc.envelope == EnvelopeKind::kA   ? "EnvelopeA"
                                    : doc.envelope == EnvelopeKind::kB ? "EnvelopeB"
                                                                       : "EnvelopeC";
  json.beginObject().key("allOf").beginArray();
  writeReference(json, envelope);
  json.beginObject().key("properties").beginObject().key("data");
  if (doc.envelope == EnvelopeKind::kC)
    json.beginObject().key("properties").beginObject().key("data");
  writeReference(json, doc.data);
  if (doc.envelope == EnvelopeKind::kC) json.endObject().endObject();
  json.endObject().endObject().endArray().endObject();
}

/// Of what is no JSON: what a schema of that name is sent as.
std::string_view mediaTypeOf(std::string_view schema) {
  if (schema == "Bytes") return "*/*";
  if (schema == "Text") return "text/plain";
  if (schema == "Picture") return "multipart/form-data";
  return "application/json";
}

void writeAnswer(JsonWriter& json, unsigned status, const RouteDoc& doc) {
  const bool isBodiless = status == 304 || status == 416;
  json.key(std::to_string(status)).beginObject();
  json.key("description").string(net::reasonPhrase(status));
  if (!isBodiless) {
    const bool isGood = status < 300;
    json.key("content").beginObject();
    json.key(isGood ? mediaTypeOf(doc.data) : "application/json").beginObject().key("schema");
    if (isGood) {
      writeSuccess(json, doc);
    } else {
      writeReference(json,
                     doc.envelope == EnvelopeKind::kBare && status == 503 ? doc.data : "Failure");
    }
    json.endObject().endObject();
  }
  json.endObject();
}

void writeAnswers(JsonWriter& json, const Route& route) {
  std::vector<unsigned> statuses{route.doc.status};
  for (std::string_view rest = route.doc.errors; !rest.empty();) {
    statuses.push_back(static_cast<unsigned>(std::stoul(std::string(next(rest)))));
  }
  if (route.access != Access::kAnybody) statuses.push_back(403);
  std::sort(statuses.begin(), statuses.end());
  statuses.erase(std::unique(statuses.begin(), statuses.end()), statuses.end());
  json.key("responses").beginObject();
  for (const unsigned status : statuses) writeAnswer(json, status, route.doc);
  // Whatever else goes wrong: too large, too many, a store that does not answer.
  json.key("default").beginObject().key("description").string("Failure");
  json.key("content").beginObject().key("application/json").beginObject().key("schema");
  writeReference(json, "Failure");
  json.endObject().endObject().endObject().endObject();
}

void writeParameter(JsonWriter& json, std::string_view name, std::string_view in, bool isRequired,
                    std::string_view schema, std::string_view description) {
  json.beginObject().key("name").string(name).key("in").string(in);
  json.key("required").boolean(isRequired).key("schema").raw(schema);
  if (!description.empty()) json.key("description").string(description);
  json.endObject();
}

void writeParameters(JsonWriter& json, const Route& route) {
  json.key("parameters").beginArray();
  for (std::string_view rest = route.pattern; !rest.empty();) {
    const std::string_view segment = net::takeUntil(rest, '/');
    if (segment.starts_with(':')) {
      writeParameter(json, segment.substr(1), "path", true, kText, {});
    }
  }
  for (std::string_view rest = route.doc.query; !rest.empty();) {
    const std::string_view name = next(rest);
    const auto known = std::find_if(kParameters.begin(), kParameters.end(),
                                    [name](const Parameter& one) { return one.name == name; });
    if (known == kParameters.end()) continue;  // a test sees that it is described
    writeParameter(json, name, "query", known->isRequired, known->schema, known->description);
  }
  json.endArray();
}

void writeSecurity(JsonWriter& json, Access access) {
  if (access == Access::kAnybody) return;
  json.key("security").beginArray();
  for (const std::string_view scheme : {"accessToken", "bearer"}) {
    json.beginObject().key(scheme).beginArray().endArray().endObject();
  }
  json.endArray();
  if (access == Access::kServerAdmin) json.key("x-role").string("administrator of the server");
}

void writeOperation(JsonWriter& json, const Route& route) {
  std::string method(route.method);
  std::transform(method.begin(), method.end(), method.begin(),
                 [](char c) { return static_cast<char>(c - 'A' + 'a'); });
  json.key(method).beginObject().key("summary").string(route.doc.summary);
  writeSecurity(json, route.access);
  writeParameters(json, route);
  if (!route.doc.body.empty()) {
    json.key("requestBody").beginObject().key("required").boolean(true);
    json.key("content").beginObject();
    json.key(mediaTypeOf(route.doc.body)).beginObject().key("schema");
    writeReference(json, route.doc.body);
    json.endObject().endObject().endObject();
  }
  writeAnswers(json, route);
  json.endObject();
}

void writePaths(JsonWriter& json) {
  std::vector<std::string> paths;  // in the order of the table
  std::map<std::string, std::vector<const Route*>> rows;
  for (const Route& route : routes()) {
    const std::string path = templated(route.pattern);
    if (!rows.contains(path)) paths.push_back(path);
    rows[path].push_back(&route);
  }
  json.key("paths").beginObject();
  for (const std::string& path : paths) {
    json.key(path).beginObject();
    for (const Route* const route : rows[path]) writeOperation(json, *route);
    json.endObject();
  }
  json.endObject();
}

void writeComponents(JsonWriter& json) {
  json.key("components").beginObject().key("securitySchemes").beginObject();
  json.key("accessToken").raw(R"({"type":"apiKey","in":"header","name":"access-token"})");
  json.key("bearer").raw(R"({"type":"http","scheme":"bearer","bearerFormat":"JWT"})");
  json.endObject().key("schemas").beginObject();
  for (const base::Schema& schema : schemas()) {
    json.key(schema.name);
    writeSchema(json, schema);
  }
  json.endObject().endObject();
}

}  // namespace

std::string openApiDocument() {
  return jsonOf([](JsonWriter& json) {
    json.beginObject().key("openapi").string("3.1.0");
    json.key("info").raw(
        R"({"title":"Rookery","version":"1","description":"The REST interface."})");
    writePaths(json);
    writeComponents(json);
    json.endObject();
  });
}

void openApi(CallPtr call) { call->answer(bareJson(200, openApiDocument())); }

}  // namespace rookery::api
