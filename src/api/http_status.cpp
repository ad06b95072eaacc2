#include "rookery/api/failure.h"

namespace rookery::api {

unsigned httpStatus(base::ErrorCode code) {
  using base::ErrorCode;
  switch (code) {
    case ErrorCode::kInvalidPayload:
      return 400;
    case ErrorCode::kUnauthenticated:
      return 403;  // deployed clients log out on 403 only
    case ErrorCode::kForbidden:
      return 401;  // rest.md: not a member 401
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kRateLimited:
      return 429;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kOverloaded:
      return 503;
    case ErrorCode::kStoreFailed:
      return 503;
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

Failure failureOf(const base::Error& error) {
  constexpr std::int64_t kRetryMs = 1000;
  if (error.code == base::ErrorCode::kInternal) return {};
  std::int64_t retryAfterMs = error.retryAfterMs;
  if (retryAfterMs == 0 && base::isRetryable(error.code)) retryAfterMs = kRetryMs;
  return {.status = httpStatus(error.code),
          .message = error.message,
          .explanations = {},
          .retryAfterMs = retryAfterMs};
}

}  // namespace rookery::api
