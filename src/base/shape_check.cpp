#include "rookery/base/shape_check.h"

#include <algorithm>
#include <charconv>
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

/// `otherwise` when there is no bound.
std::size_t bound(std::string_view digits, std::size_t otherwise) {
  if (digits.empty()) return otherwise;
  std::size_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  ROOKERY_CHECK(read.ec == std::errc());
  return number;
}

bool isAbsent(const simdjson::simdjson_result<JsonValue>& found) {
  if (found.error() != simdjson::SUCCESS || found.value_unsafe().is_null()) return true;
  std::string_view text;
  return found.value_unsafe().get(text) == simdjson::SUCCESS && text.empty();
}

Result<void> checkText(const JsonValue& value, const ShapeMember& member) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return invalid(member, "must be a text");
  if (text.size() > bound(member.max, text.size())) {
    return invalid(member, std::string("is longer than ").append(member.max).append(" bytes"));
  }
  if (text.size() < bound(member.min, 0)) {
    return invalid(member, std::string("is shorter than ").append(member.min).append(" bytes"));
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
  } else {
    ROOKERY_CHECK(member.type == "Any");
  }
  return {};
}

Result<void> checkList(const JsonValue& value, const ShapeMember& member) {
  JsonArray list;
  if (value.get(list) != simdjson::SUCCESS) return invalid(member, "must be a list");
  if (list.size() > bound(member.max, list.size())) {
    return invalid(member, std::string("may hold at most ").append(member.max));
  }
  if (list.size() < bound(member.min, 0)) {
    return invalid(member, std::string("must hold at least ").append(member.min));
  }
  ShapeMember item = member;
  item.min = item.max = {};
  for (const JsonValue one : list) {
    if (auto checked = checkOne(one, item); !checked) return checked;
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

Result<void> ShapeCheck::check(const JsonObject& object) const {
  return checkObject(object, members_);
}

}  // namespace rookery::base
