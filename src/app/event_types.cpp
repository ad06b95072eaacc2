#include "rookery/app/event_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "rookery/api/asyncapi.h"
#include "rookery/base/check.h"
#include "rookery/base/json.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/event_shapes.h"

namespace rookery::app {
namespace {

using base::JsonArray;
using base::JsonObject;
using base::JsonValue;
using chat::EventShape;

std::string typeOf(const JsonValue& schema);

bool isPlain(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string quoted(std::string_view name) {
  return isPlain(name) ? std::string(name) : fmt::format("'{}'", name);
}

std::string unionOf(const JsonArray& parts, std::string (*each)(const JsonValue&)) {
  std::string text;
  for (const JsonValue part : parts) text += (text.empty() ? "" : " | ") + each(part);
  return text;
}

std::string literal(const JsonValue& value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return fmt::format("'{}'", text);
  return simdjson::minify(value);
}

/// `parameter`: a member whose type is what the whole is a type of.
std::string objectOf(const JsonObject& schema, std::string_view parameter = {}) {
  JsonObject members;
  if (schema["properties"].get(members) != simdjson::SUCCESS) return "Record<string, unknown>";
  JsonArray required;
  const bool hasRequired = schema["required"].get(required) == simdjson::SUCCESS;
  std::string text;
  for (const auto& [name, type] : members) {
    const bool isThere =
        hasRequired && std::any_of(required.begin(), required.end(), [&](const JsonValue& one) {
          return std::string_view(one) == name;
        });
    text += fmt::format(" {}{}: {};", quoted(name), isThere ? "" : "?",
                        name == parameter ? "Data" : typeOf(type));
  }
  return text.empty() ? "Record<string, never>" : "{" + text + " }";
}

std::string namedType(const JsonObject& schema, std::string_view type) {
  if (type == "string" || type == "boolean" || type == "null") return std::string(type);
  if (type == "integer" || type == "number") return "number";
  if (type == "array") {
    JsonValue items;
    const bool hasItems = schema["items"].get(items) == simdjson::SUCCESS;
    return fmt::format("Array<{}>", hasItems ? typeOf(items) : "unknown");
  }
  return objectOf(schema);
}

std::string typeOf(const JsonValue& schema) {
  JsonObject object;
  ROOKERY_CHECK(schema.get(object) == simdjson::SUCCESS);
  std::string_view text;
  JsonArray parts;
  JsonValue value;
  if (object["$ref"].get(text) == simdjson::SUCCESS) {
    return std::string(text.substr(text.rfind('/') + 1));
  }
  if (object["oneOf"].get(parts) == simdjson::SUCCESS) return unionOf(parts, typeOf);
  if (object["enum"].get(parts) == simdjson::SUCCESS) return unionOf(parts, literal);
  if (object["const"].get(value) == simdjson::SUCCESS) return literal(value);
  if (object["type"].get(text) == simdjson::SUCCESS) return namedType(object, text);
  return "unknown";
}

/// The member of an object that is known to have it.
JsonValue memberOf(const JsonValue& value, std::string_view name) {
  JsonValue found;
  ROOKERY_CHECK(value[name].get(found) == simdjson::SUCCESS);
  return found;
}

/// The answer that is no failure, as the document has it for that event.
JsonValue successOf(const JsonValue& messages, std::string_view event) {
  const JsonValue answer = memberOf(memberOf(messages, fmt::format("{}.answer", event)), "payload");
  JsonValue success;
  ROOKERY_CHECK(memberOf(answer, "oneOf").at(0).get(success) == simdjson::SUCCESS);
  return success;
}

/// One side's events.
std::string sideOf(const JsonValue& messages, bool isClient) {
  std::string text;
  for (const EventShape& event : chat::eventShapes()) {
    const auto other =
        isClient ? EventShape::Direction::kToClient : EventShape::Direction::kToServer;
    if (event.direction == other) continue;
    const std::string payload = typeOf(memberOf(memberOf(messages, event.name), "payload"));
    std::string answer;
    if (isClient) {
      const JsonValue data =
          memberOf(memberOf(successOf(messages, event.name), "properties"), "data");
      answer = fmt::format(", answer?: (answer: Answer<{}>) => void", typeOf(data));
    } else if (event.ack.starts_with('-')) {
      answer = fmt::format(", answer{}: (...anything: unknown[]) => void", event.ack.substr(1));
    }
    text += fmt::format("  /** {}. */\n  {}: (payload: {}{}) => void;\n", event.summary,
                        quoted(event.name), payload, answer);
  }
  return text;
}

}  // namespace

std::string eventTypes() {
  const std::string document = api::asyncApiDocument();
  base::JsonParser parser;
  const auto root = parser.parse(document);
  ROOKERY_CHECK(root.has_value());
  std::string text;
  JsonObject schemas;
  const JsonValue all = memberOf(memberOf(*root, "components"), "schemas");
  ROOKERY_CHECK(all.get(schemas) == simdjson::SUCCESS);
  for (const auto& [name, schema] : schemas) {
    text += fmt::format("\nexport type {} = {};\n", name, typeOf(schema));
  }
  const JsonValue messages = memberOf(memberOf(memberOf(*root, "channels"), "main"), "messages");
  text += fmt::format(
      "\n/** What the callback of an event is given. */\n"
      "export type Answer<Data> = {} | Failure;\n",
      objectOf(JsonObject(successOf(messages, chat::kJoinRoom)), "data"));
  text += "\n/** What a client emits: `Socket<ServerToClientEvents, ClientToServerEvents>`. */\n";
  text += "export interface ClientToServerEvents {\n" + sideOf(messages, true) + "}\n";
  text += "\n/** What a client hears. */\n";
  text += "export interface ServerToClientEvents {\n" + sideOf(messages, false) + "}\n";
  return text;
}

}  // namespace rookery::app
