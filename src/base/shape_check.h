#pragma once

#include <string_view>
#include <vector>

#include "rookery/base/error.h"
#include "rookery/base/json.h"
#include "rookery/base/shape.h"

namespace rookery::base {

/// Whether what a client sent has a shape. Further members are of no interest; `null` and the
/// empty text count as absent. Types: `Text` (without NUL, its bounds are bytes here), `Number`
/// (whole, not negative), `Flag`, `Any`, `GivenId`, choices, objects, and lists of these.
/// Thread: any, once made.
class ShapeCheck {
 public:
  /// Of a literal of the program: a type that cannot be checked ends it.
  explicit ShapeCheck(std::string_view shape);

  /// kInvalidPayload with the name of the first member that is wrong, `from.id` of one inside.
  [[nodiscard]] Result<void> check(const JsonObject& object) const;

 private:
  std::vector<ShapeMember> members_;
};

}  // namespace rookery::base
