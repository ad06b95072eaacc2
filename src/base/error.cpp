#include "rookery/base/error.h"

namespace rookery::base {
namespace {

struct Row {
  std::string_view name;
  bool retryable;
};

Row row(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidPayload: return {"INVALID_PAYLOAD", false};
    case ErrorCode::kUnauthenticated: return {"UNAUTHENTICATED", false};
    case ErrorCode::kForbidden: return {"FORBIDDEN", false};
    case ErrorCode::kNotFound: return {"NOT_FOUND", false};
    case ErrorCode::kTooLarge: return {"TOO_LARGE", false};
    case ErrorCode::kRateLimited: return {"RATE_LIMITED", true};
    case ErrorCode::kConflict: return {"CONFLICT", false};
    case ErrorCode::kOverloaded: return {"OVERLOADED", true};
    case ErrorCode::kStoreFailed: return {"STORE_FAILED", true};
    case ErrorCode::kInternal: return {"INTERNAL", false};
  }
  return {"INTERNAL", false};
}

}  // namespace

std::string_view codeName(ErrorCode code) { return row(code).name; }

bool isRetryable(ErrorCode code) { return row(code).retryable; }

}  // namespace rookery::base
