#pragma once

#include <span>

#include "rookery/base/shape.h"

namespace rookery::api {

/// The shapes of rest.md, in the order in which they are described. Thread: any.
[[nodiscard]] std::span<const base::Schema> schemas();

}  // namespace rookery::api
