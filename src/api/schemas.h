#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "rookery/base/json_writer.h"

namespace rookery::api {

/// A shape of rest.md.
struct Schema {
  enum class Form : std::uint8_t {
    kAnswer,   ///< a shape (base/shape.h): exactly these members
    kRequest,  ///< a shape, whose unknown members are ignored
    kJson,     ///< JSON Schema 2020-12 itself
  };
  std::string_view name;
  Form form;
  std::string_view text;
};

/// All of them, in the order in which they are described. Thread: any.
[[nodiscard]] std::span<const Schema> schemas();
void writeSchema(base::JsonWriter& json, const Schema& schema);

}  // namespace rookery::api
