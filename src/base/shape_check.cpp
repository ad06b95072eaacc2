#include "rookery/base/shape_check.h"

#include <algorithm>
#include <array>
#include <string>

#include "rookery/base/check.h"
#include "rookery/base/object_id.h"

namespace rookery::base {
namespace {

using Form = ShapeMember::Form;

Result<void> checkObject(const JsonObject& object, const std::vector<ShapeMember>& members);

tl::unexpected<Error> invalid(const ShapeMember& member, std::string_view what) {
  return fail(ErrorCode::kInvalidPayload, std::string(member.name).append(" ").append(what));
}

/// A table that names what cannot be checked ends the server at its start, not at a message.
void checkTypes(const std::vector<ShapeMember>& members) {
  constexpr std::array<std::string_view, 5> kTypes = {"Text", "Number", "Flag", "Any", "GivenId"};
  for (const ShapeMember& member : members) {
    checkTypes(member.members);
    ROOKERY_CHECK(member.form != Form::kNamed ||
                  std::find(kTypes.begin(), kTypes.end(), member.type) != kTypes.end());
  }
}

bool isAbsent(const simdjson::simdjson_result<JsonValue>& found) {
  if (found.error() != simdjson::SUCCESS || found.value_unsafe().is_null()) return true;
  std::string_view text;
  return found.value_unsafe().get(text) == simdjson::SUCCESS && text.empty();
}

Result<void> checkText(const JsonValue& value, const ShapeMember& member) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return invalid(member, "must be a text");
  // Those of a list are of its items' number.
  if (!member.isList && member.max && text.size() > *member.max) {
    return invalid(member, "is longer than " + std::to_string(*member.max) + " bytes");
  }
  if (!member.isList && member.min && text.size() < *member.min) {
    return invalid(member, "is shorter than " + std::to_string(*member.min) + " bytes");
  }
  if (text.find('\0') != std::string_view::npos) {
    return invalid(member, "holds a character that cannot be kept");
  }
  return {};
}

Result<void> checkChoice(const JsonValue& value, const ShapeMember& member) {
  std::string_view text;
  const bool isOne =
      value.get(text) == simdjson::SUCCESS &&
      std::find(member.words.begin(), member.words.end(), text) != member.words.end();
  if (isOne) return {};
  std::string words;
  for (std::size_t i = 0; i < member.words.size(); ++i) {
    if (i > 0) words += i + 1 == member.words.size() ? " or " : ", ";
    words += member.words[i];
  }
  return invalid(member, "must be " + words);
}

Result<void> checkOne(const JsonValue& value, const ShapeMember& member) {
  if (member.form == Form::kChoice) return checkChoice(value, member);
  if (member.form == Form::kObject) {
    JsonObject inner;
    if (value.get(inner) != simdjson::SUCCESS) return invalid(member, "must be an object");
    auto checked = checkObject(inner, member.members);
    if (!checked) checked.error().message.insert(0, std::string(member.name) + ".");
    return checked;
  }
  if (member.type == "Text") return checkText(value, member);
  if (member.type == "GivenId") {
    std::string_view text;
    const bool isId = value.get(text) == simdjson::SUCCESS && ObjectId::parse(text).has_value();
    if (!isId) return invalid(member, "is not a valid id");
  } else if (member.type == "Number") {
    std::uint64_t number = 0;
    if (value.get(number) != simdjson::SUCCESS) return invalid(member, "must be a whole number");
  } else if (member.type == "Flag") {
    if (!value.is_bool()) return invalid(member, "must be true or false");
  }
  return {};
}

Result<void> checkList(const JsonValue& value, const ShapeMember& member) {
  JsonArray list;
  if (value.get(list) != simdjson::SUCCESS) return invalid(member, "must be a list");
  if (member.max && list.size() > *member.max) {
    return invalid(member, "may hold at most " + std::to_string(*member.max));
  }
  if (member.min && list.size() < *member.min) {
    return invalid(member, "must hold at least " + std::to_string(*member.min));
  }
  for (const JsonValue one : list) {
    if (auto checked = checkOne(one, member); !checked) return checked;
  }
  return {};
}

Result<void> checkObject(const JsonObject& object, const std::vector<ShapeMember>& members) {
  for (const ShapeMember& member : members) {
    const auto found = object[member.name];
    if (isAbsent(found)) {
      if (!member.isOptional) return invalid(member, "is required");
      continue;
    }
    const JsonValue value = found.value_unsafe();
    if (auto checked = member.isList ? checkList(value, member) : checkOne(value, member);
        !checked) {
      return checked;
    }
  }
  return {};
}

}  // namespace

ShapeCheck::ShapeCheck(std::string_view shape) : members_(readShape(shape)) {
  checkTypes(members_);
}

Result<void> ShapeCheck::check(const JsonObject& object) const {
  return checkObject(object, members_);
}

}  // namespace rookery::base
