#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "rookery/base/error.h"

namespace rookery::api {

/// Why a request got no success, as rest.md puts it. All of it is shown to the client.
struct Failure {
  unsigned status = 500;
  std::string message = "Internal Server Error";
  std::vector<std::string> explanations{};  ///< empty: the message says it all
  std::int64_t retryAfterMs = 0;            ///< 0: not stated
};

template <typename T>
using Answered = tl::expected<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> refuse(Failure failure) {
  return tl::unexpected<Failure>(std::move(failure));
}
[[nodiscard]] inline tl::unexpected<Failure> refuse(unsigned status, std::string message) {
  return refuse(Failure{.status = status, .message = std::move(message)});
}
[[nodiscard]] inline tl::unexpected<Failure> notFound(const std::string& what) {
  return refuse(404, what + " not found");
}

/// The status of a code; rest.md wins where it names another one for a case.
[[nodiscard]] unsigned httpStatus(base::ErrorCode code);
/// A failure of a lower layer, with nothing of the inside.
[[nodiscard]] Failure failureOf(const base::Error& error);
[[nodiscard]] inline tl::unexpected<Failure> refuse(const base::Error& error) {
  return refuse(failureOf(error));
}

}  // namespace rookery::api
