#pragma once

#include <span>
#include <string_view>

#include "rookery/base/json_writer.h"
#include "rookery/base/shape.h"

namespace rookery::base {

/// Writes an object that has the shape, for a document: every member that must be there, and
/// `roomId` where one of two places may stand. Values are plausible by name, never random.
/// `schemas` has all to which the shape leads. Thread: any.
void writeExample(JsonWriter& json, std::string_view shape, std::span<const Schema> schemas);

/// The same of a schema with a name.
void writeSchemaExample(JsonWriter& json, std::string_view name, std::span<const Schema> schemas);

}  // namespace rookery::base
