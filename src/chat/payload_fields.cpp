#include "rookery/chat/payload_fields.h"

namespace rookery::chat {
namespace {

using base::ErrorCode;

tl::unexpected<base::Error> invalid(std::string_view field, std::string_view what) {
  return base::fail(ErrorCode::kInvalidPayload, std::string(field).append(" ").append(what));
}

}  // namespace

std::optional<base::JsonValue> optionalValue(const base::JsonObject& object,
                                             std::string_view field) {
  base::JsonValue value;
  if (object[field].get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

base::Result<std::optional<std::string_view>> optionalText(const base::JsonObject& object,
                                                           std::string_view field,
                                                           std::size_t maxBytes) {
  const std::optional<base::JsonValue> value = optionalValue(object, field);
  if (!value) return std::nullopt;
  std::string_view text;
  if (value->get(text) != simdjson::SUCCESS) return invalid(field, "must be a text");
  if (text.size() > maxBytes) return invalid(field, "is too long");
  if (text.find('\0') != std::string_view::npos) {
    return invalid(field, "holds a character that cannot be kept");
  }
  if (text.empty()) return std::nullopt;
  return text;
}

base::Result<std::string_view> requiredText(const base::JsonObject& object,
                                            std::string_view field, std::size_t maxBytes) {
  const auto text = optionalText(object, field, std::string_view::npos);
  if (!text) return base::fail(text.error());
  if (!text->has_value()) return invalid(field, "is required");
  if ((*text)->size() > maxBytes) {
    return base::fail(ErrorCode::kTooLarge, std::string(field) + " is longer than " +
                                                std::to_string(maxBytes) + " bytes");
  }
  return **text;
}

base::Result<std::optional<base::ObjectId>> optionalId(const base::JsonObject& object,
                                                       std::string_view field) {
  const auto text = optionalText(object, field, std::string_view::npos);
  if (!text) return base::fail(text.error());
  if (!text->has_value()) return std::nullopt;
  const std::optional<base::ObjectId> id = base::ObjectId::parse(**text);
  if (!id) return invalid(field, "is not a valid id");
  return id;
}

base::Result<std::vector<base::ObjectId>> requiredIds(const base::JsonObject& object,
                                                      std::string_view field, std::size_t most) {
  base::JsonArray array;
  if (object[field].get(array) != simdjson::SUCCESS) return invalid(field, "must be a list of ids");
  if (array.size() > most) {
    return invalid(field, "may hold at most " + std::to_string(most) + " ids");
  }
  std::vector<base::ObjectId> ids;
  for (const base::JsonValue one : array) {
    std::string_view text;
    if (one.get(text) != simdjson::SUCCESS) return invalid(field, "must be a list of ids");
    const std::optional<base::ObjectId> id = base::ObjectId::parse(text);
    if (!id) return invalid(field, "holds what is not a valid id");
    ids.push_back(*id);
  }
  return ids;
}

base::Result<base::ObjectId> requiredId(const base::JsonObject& object, std::string_view field) {
  const auto id = optionalId(object, field);
  if (!id) return base::fail(id.error());
  if (!id->has_value()) return invalid(field, "is required");
  return **id;
}

}  // namespace rookery::chat
