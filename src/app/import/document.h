#pragma once

#include <bson/bson.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rookery/base/clock.h"
#include "rookery/base/object_id.h"

namespace rookery::app {

/// One document of a deployed system, read the way Mongoose applications write them. A member of
/// another type than asked for counts as absent.
/// Thread: owner. Valid as long as the bytes it stands on.
class Document {
 public:
  explicit Document(const bson_t& bson) : bson_(&bson) {}

  /// Why nothing of it can be taken: bytes that are no BSON, or texts that are no UTF-8 or hold
  /// NUL.
  [[nodiscard]] std::optional<std::string> problem() const;

  [[nodiscard]] bool has(const char* name) const;
  /// A reference: an ObjectId, its 24 hex digits, or a populated document with an `_id`.
  [[nodiscard]] std::optional<base::ObjectId> id(const char* name) const;
  [[nodiscard]] std::optional<std::string> text(const char* name) const;
  /// A date, milliseconds as a number, or nothing.
  [[nodiscard]] std::optional<base::WallMs> time(const char* name) const;
  /// Calls `take` for each element of the array: a document that `id("value")` answers for when the
  /// element is a reference, or the element itself when it is a document.
  void each(const char* name, const std::function<void(const Document&)>& take) const;

  /// Of reports: the 24 digits of `_id`, or what stands there instead.
  [[nodiscard]] std::string label() const;

 private:
  const bson_t* bson_;
};

/// Seconds since 1970 that an ObjectId begins with, in milliseconds.
[[nodiscard]] base::WallMs timeOf(const base::ObjectId& id);

}  // namespace rookery::app
