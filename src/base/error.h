#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace rookery::base {

/// All that a client can be told went wrong, free of any protocol (events.md, conventions).
enum class ErrorCode : std::uint8_t {
  kInvalidPayload,
  kUnauthenticated,
  kForbidden,
  kNotFound,
  kTooLarge,
  kRateLimited,
  kConflict,
  kOverloaded,
  kStoreFailed,
  kInternal,
};

/// The contract's name of a code, e.g. "INVALID_PAYLOAD".
[[nodiscard]] std::string_view codeName(ErrorCode code);

/// Whether the same request may succeed later without being changed.
[[nodiscard]] bool isRetryable(ErrorCode code);

/// A failure that somebody is owed an answer about. `message` is for people and may be shown to
/// the client: nothing of the inside belongs into it.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::int64_t retryAfterMs = 0;  ///< 0: not stated

  bool operator==(const Error&) const = default;
};

template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace rookery::base
