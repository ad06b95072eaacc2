#include "rookery/base/shape.h"

#include <charconv>
#include <string>
#include <vector>

#include "rookery/base/check.h"

namespace rookery::base {
namespace {

bool isWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::vector<ShapeMember> members() {
    std::vector<ShapeMember> all;
    while (skipSpace(), !rest_.empty() && rest_.front() != '}') {
      ShapeMember& member = all.emplace_back();
      member.name = word();
      member.isOptional = take('?');
      type(member);
    }
    return all;
  }

 private:
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skipSpace() {
    while (take(' ')) {
    }
  }
  std::string_view word() {
    std::size_t n = 0;
    while (n < rest_.size() && isWord(rest_[n])) ++n;
    ROOKERY_CHECK(n > 0);
    const std::string_view found = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return found;
  }

  void type(ShapeMember& member) {
    if (take('=')) {
      member.form = ShapeMember::Form::kChoice;
      do {
        member.words.push_back(word());
      } while (take('/'));
    } else if (take(':')) {
      if (take('{')) {
        member.form = ShapeMember::Form::kObject;
        member.members = members();
        ROOKERY_CHECK(take('}'));
      } else {
        member.type = word();
      }
    }
    bounds(member);
    if (take('[')) {
      ROOKERY_CHECK(take(']'));
      member.isList = true;
      bounds(member);
    }
    member.mayBeNull = take('!');
  }

  std::uint64_t number() {
    const std::string_view digits = word();
    std::uint64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    ROOKERY_CHECK(read.ec == std::errc());
    return value;
  }

  void bounds(ShapeMember& member) {
    if (!take('(')) return;
    if (rest_.front() != '.') member.min = number();
    ROOKERY_CHECK(take('.') && take('.'));
    if (rest_.front() != ')') member.max = number();
    ROOKERY_CHECK(take(')'));
  }

  std::string_view rest_;
};

class SchemaWriter {
 public:
  SchemaWriter(JsonWriter& json, bool isOpen) : json_(json), isOpen_(isOpen) {}

  void object(const std::vector<ShapeMember>& members) {
    json_.beginObject().key("type").string("object").key("properties").beginObject();
    bool isAnyRequired = false;
    for (const ShapeMember& member : members) {
      json_.key(member.name);
      value(member);
      isAnyRequired |= !member.isOptional;
    }
    json_.endObject();
    if (isAnyRequired) {
      json_.key("required").beginArray();
      for (const ShapeMember& member : members) {
        if (!member.isOptional) json_.string(member.name);
      }
      json_.endArray();
    }
    if (!isOpen_) json_.key("additionalProperties").boolean(false);
    json_.endObject();
  }

 private:
  void value(const ShapeMember& member) {
    if (member.form == ShapeMember::Form::kChoice) return choice(member);
    if (member.mayBeNull) json_.beginObject().key("oneOf").beginArray();
    if (member.isList) {
      json_.beginObject().key("type").string("array");
      limits(member, "minItems", "maxItems");
      json_.key("items");
    }
    if (member.form == ShapeMember::Form::kObject) {
      object(member.members);
    } else {
      named(member);
    }
    if (member.isList) json_.endObject();
    if (member.mayBeNull) {
      json_.beginObject().key("type").string("null").endObject().endArray().endObject();
    }
  }

  void choice(const ShapeMember& member) {
    json_.beginObject().key("enum").beginArray();
    for (const std::string_view word : member.words) json_.string(word);
    if (member.mayBeNull) json_.null();
    json_.endArray().endObject();
  }

  void limits(const ShapeMember& member, std::string_view least, std::string_view most) {
    if (member.min) json_.key(least).number(*member.min);
    if (member.max) json_.key(most).number(*member.max);
  }

  void named(const ShapeMember& member) {
    json_.beginObject();
    if (member.type == "Text") {
      json_.key("type").string("string");
      if (!member.isList) limits(member, "minLength", "maxLength");
    } else if (member.type == "Number") {
      json_.key("type").string("integer");
    } else if (member.type == "Flag") {
      json_.key("type").string("boolean");
    } else if (member.type != "Any") {
      json_.key("$ref").string("#/components/schemas/" + std::string(member.type));
    }
    json_.endObject();
  }

  JsonWriter& json_;
  const bool isOpen_;
};

}  // namespace

std::vector<ShapeMember> readShape(std::string_view shape) { return Reader(shape).members(); }

void writeShape(JsonWriter& json, std::string_view shape, bool isOpen) {
  SchemaWriter(json, isOpen).object(readShape(shape));
}

void writeSchema(JsonWriter& json, const Schema& schema) {
  switch (schema.form) {
    case Schema::Form::kExact:
    case Schema::Form::kOpen:
      writeShape(json, schema.text, schema.form == Schema::Form::kOpen);
      break;
    case Schema::Form::kJson:
      json.raw(schema.text);
      break;
  }
}

}  // namespace rookery::base
