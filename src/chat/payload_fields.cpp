#include "rookery/chat/payload_fields.h"

#include "rookery/base/check.h"

namespace rookery::chat {
namespace {

/// The member as a T. What is there has that type, or the event's shape is wrong.
template <typename T>
std::optional<T> member(const base::JsonObject& object, std::string_view field) {
  const std::optional<base::JsonValue> value = optionalValue(object, field);
  if (!value) return std::nullopt;
  T read{};
  const bool fits = value->get(read) == simdjson::SUCCESS;
  ROOKERY_DCHECK(fits);
  return fits ? std::optional<T>(read) : std::nullopt;
}

}  // namespace

std::optional<base::JsonValue> optionalValue(const base::JsonObject& object,
                                             std::string_view field) {
  base::JsonValue value;
  if (object[field].get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

std::string_view textField(const base::JsonObject& object, std::string_view field) {
  return member<std::string_view>(object, field).value_or(std::string_view());
}

std::optional<base::ObjectId> idField(const base::JsonObject& object, std::string_view field) {
  return base::ObjectId::parse(textField(object, field));
}

std::optional<std::uint64_t> numberField(const base::JsonObject& object, std::string_view field) {
  return member<std::uint64_t>(object, field);
}

base::ObjectId requiredId(const base::JsonObject& object, std::string_view field) {
  const auto id = idField(object, field);
  ROOKERY_DCHECK(id.has_value());
  return id.value_or(base::ObjectId());
}

bool flagField(const base::JsonObject& object, std::string_view field) {
  return member<bool>(object, field).value_or(false);
}

std::optional<base::JsonObject> objectField(const base::JsonObject& object,
                                            std::string_view field) {
  return member<base::JsonObject>(object, field);
}

std::vector<base::ObjectId> idsField(const base::JsonObject& object, std::string_view field) {
  std::vector<base::ObjectId> ids;
  const auto list = member<base::JsonArray>(object, field);
  if (!list) return ids;
  for (const base::JsonValue one : *list) {
    std::string_view text;
    if (one.get(text) != simdjson::SUCCESS) continue;
    if (const auto id = base::ObjectId::parse(text)) ids.push_back(*id);
  }
  return ids;
}

base::Result<std::string_view> bodyField(const base::JsonObject& object, std::size_t maxBytes) {
  const std::string_view body = textField(object, "body");
  if (body.size() <= maxBytes) return body;
  return base::fail(base::ErrorCode::kTooLarge,
                    "body is longer than " + std::to_string(maxBytes) + " bytes");
}

}  // namespace rookery::chat
