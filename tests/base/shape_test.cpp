#include "rookery/base/shape.h"

#include <gtest/gtest.h>

#include <string>

namespace rookery::base {
namespace {

std::string schemaOf(std::string_view shape, bool isOpen = true) {
  std::string text;
  JsonWriter json(text);
  writeShape(json, shape, isOpen);
  return text;
}

TEST(ShapeTest, MembersHaveTypesAndAreRequired) {
  EXPECT_EQ(schemaOf("name count:Number isOn?:Flag what:Any user:User", false),
            R"({"type":"object","properties":{"name":{"type":"string"},)"
            R"("count":{"type":"integer"},"isOn":{"type":"boolean"},"what":{},)"
            R"("user":{"$ref":"#/components/schemas/User"}},)"
            R"("required":["name","count","what","user"],"additionalProperties":false})");
}

TEST(ShapeTest, TextsAndListsHaveBounds) {
  EXPECT_EQ(schemaOf("a(3..64)"),
            R"({"type":"object","properties":{"a":{"type":"string","minLength":3,)"
            R"("maxLength":64}},"required":["a"]})");
  EXPECT_EQ(schemaOf("a(..5) b(1..)"),
            R"({"type":"object","properties":{"a":{"type":"string","maxLength":5},)"
            R"("b":{"type":"string","minLength":1}},"required":["a","b"]})");
  EXPECT_EQ(schemaOf("ids:Id[](..500)"),
            R"({"type":"object","properties":{"ids":{"type":"array","maxItems":500,)"
            R"("items":{"$ref":"#/components/schemas/Id"}}},"required":["ids"]})");
}

TEST(ShapeTest, ChoicesNullsAndObjectsInside) {
  EXPECT_EQ(schemaOf("s=a/b t?=x! n:Text! in:{x:{y}[] z?}[]!"),
            R"({"type":"object","properties":{"s":{"enum":["a","b"]},"t":{"enum":["x",null]},)"
            R"("n":{"oneOf":[{"type":"string"},{"type":"null"}]},)"
            R"("in":{"oneOf":[{"type":"array","items":{"type":"object","properties":)"
            R"({"x":{"type":"array","items":{"type":"object","properties":{"y":{"type":"string"}},)"
            R"("required":["y"]}},"z":{"type":"string"}},"required":["x"]}},{"type":"null"}]}},)"
            R"("required":["s","n","in"]})");
}

TEST(ShapeTest, NothingIsAnObject) {
  EXPECT_EQ(schemaOf("", false),
            R"({"type":"object","properties":{},"additionalProperties":false})");
}

}  // namespace
}  // namespace rookery::base
