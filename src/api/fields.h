#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/api/failure.h"
#include "rookery/base/json.h"
#include "rookery/net/http_message.h"

namespace rookery::api {

/// The body as a JSON object; an empty body is an object without members. 415 for another content
/// type, 400 for what is no JSON object. Good until the next call on this thread.
/// Thread: any.
[[nodiscard]] Answered<base::JsonObject> jsonBody(const net::HttpHead& head, std::string_view body);

/// Takes fields out of a body and gathers what is wrong with them, one explanation for each
/// (rest.md: body that breaks a rule). What a getter returns counts only if `failure()` is empty.
/// Thread: owner.
class Fields {
 public:
  struct Length {
    std::size_t min = 1;    ///< characters
    std::size_t max = 100;  ///< characters
  };

  explicit Fields(const base::JsonObject& object) : object_(object) {}

  /// A text without NUL, as it was sent.
  [[nodiscard]] std::string text(std::string_view name, Length length);
  /// The same without white space at either end, before its length is looked at.
  [[nodiscard]] std::string trimmed(std::string_view name, Length length);
  /// As trimmed(); absent and null: nothing.
  [[nodiscard]] std::optional<std::string> optionalTrimmed(std::string_view name, Length length);
  /// Absent and null: nothing.
  [[nodiscard]] std::optional<std::string> optionalText(std::string_view name, std::size_t max);
  /// For a rule that no getter knows; one explanation for each field is kept.
  void explain(std::string_view name, std::string explanation);

  /// 400 "Validation error : ..." when something was wrong.
  [[nodiscard]] std::optional<Failure> failure() const;

 private:
  struct Explanation {
    std::string name;
    std::string text;
  };
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name, bool required);
  void checkLength(std::string_view name, std::string_view value, Length length);

  base::JsonObject object_;
  std::vector<Explanation> explanations_;
};

/// 400 with these explanations.
[[nodiscard]] Failure validationError(std::vector<std::string> explanations);

/// Which page of a list (rest.md, what deployed web clients rely on).
struct Page {
  std::uint32_t page = 1;
  std::uint32_t limit = 20;
};
/// From the query; 400 for what is no number.
[[nodiscard]] Answered<Page> pageOf(const net::HttpHead& head);

/// A whole number of the query, cut to `min` … `max`; `fallback` when it is absent; 400 for what
/// is none.
[[nodiscard]] Answered<std::uint64_t> numberOf(const net::HttpHead& head, std::string_view name,
                                               std::uint64_t fallback, std::uint64_t min,
                                               std::uint64_t max);

}  // namespace rookery::api
