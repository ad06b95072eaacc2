#include "rookery/base/shape.h"

#include <algorithm>
#include <string>
#include <vector>

#include "rookery/base/check.h"

namespace rookery::base {
namespace {

bool isWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

class Shape {
 public:
  Shape(JsonWriter& json, std::string_view text, bool isOpen)
      : json_(json), rest_(text), isOpen_(isOpen) {}

  void object() {
    std::vector<std::string_view> required;
    json_.beginObject().key("type").string("object").key("properties").beginObject();
    while (skipSpace(), !rest_.empty() && rest_.front() != '}') {
      const std::string_view name = word();
      json_.key(name);
      if (!take('?')) required.push_back(name);
      value();
    }
    json_.endObject();
    if (!required.empty()) {
      json_.key("required").beginArray();
      for (const std::string_view one : required) json_.string(one);
      json_.endArray();
    }
    if (!isOpen_) json_.key("additionalProperties").boolean(false);
    json_.endObject();
  }

 private:
  /// Where a type ends, with what stands behind it.
  struct Extent {
    std::string_view type = "Text";
    bool isList = false;
    bool mayBeNull = false;
    std::string_view min = {};
    std::string_view max = {};
  };

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
  /// Up to the brace that fits the one before.
  std::string_view braces() {
    std::size_t depth = 1;
    std::size_t n = 0;
    for (; depth > 0; ++n) {
      ROOKERY_CHECK(n < rest_.size());
      if (rest_[n] == '{') ++depth;
      if (rest_[n] == '}') --depth;
    }
    const std::string_view inside = rest_.substr(0, n - 1);
    rest_.remove_prefix(n);
    return inside;
  }

  void value() {
    if (take('=')) return choice();
    std::string_view inside;
    Extent extent;
    bool isObject = false;
    if (take(':')) {
      isObject = take('{');
      if (isObject) {
        inside = braces();
      } else {
        extent.type = word();
      }
    }
    bounds(extent);
    if (take('[')) {
      ROOKERY_CHECK(take(']'));
      extent.isList = true;
      bounds(extent);
    }
    extent.mayBeNull = take('!');
    write(extent, isObject, inside);
  }

  void bounds(Extent& extent) {
    if (!take('(')) return;
    if (rest_.front() != '.') extent.min = word();
    ROOKERY_CHECK(take('.') && take('.'));
    if (rest_.front() != ')') extent.max = word();
    ROOKERY_CHECK(take(')'));
  }

  void choice() {
    json_.beginObject().key("enum").beginArray();
    do {
      json_.string(word());
    } while (take('/'));
    if (take('!')) json_.null();
    json_.endArray().endObject();
  }

  void write(const Extent& extent, bool isObject, std::string_view inside) {
    if (extent.mayBeNull) json_.beginObject().key("oneOf").beginArray();
    if (extent.isList) {
      json_.beginObject().key("type").string("array");
      limits(extent, "minItems", "maxItems");
      json_.key("items");
    }
    if (isObject) {
      Shape(json_, inside, isOpen_).object();
    } else {
      type(extent);
    }
    if (extent.isList) json_.endObject();
    if (extent.mayBeNull) {
      json_.beginObject().key("type").string("null").endObject().endArray().endObject();
    }
  }

  void limits(const Extent& extent, std::string_view least, std::string_view most) {
    if (!extent.min.empty()) json_.key(least).raw(extent.min);
    if (!extent.max.empty()) json_.key(most).raw(extent.max);
  }

  void type(const Extent& extent) {
    json_.beginObject();
    if (extent.type == "Text") {
      json_.key("type").string("string");
      if (!extent.isList) limits(extent, "minLength", "maxLength");
    } else if (extent.type == "Number") {
      json_.key("type").string("integer");
    } else if (extent.type == "Flag") {
      json_.key("type").string("boolean");
    } else if (extent.type != "Any") {
      json_.key("$ref").string("#/components/schemas/" + std::string(extent.type));
    }
    json_.endObject();
  }

  JsonWriter& json_;
  std::string_view rest_;
  bool isOpen_;
};

}  // namespace

void writeShape(JsonWriter& json, std::string_view shape, bool isOpen) {
  Shape(json, shape, isOpen).object();
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
