#pragma once

#include <string>
#include <string_view>

#include "rookery/app/admin.h"

/// What passes over `admin.sock`: a request and its answer, each one line of JSON. Format, ours:
///   {"action":"issueToken","user":"ada","ttlMs":60000}
///   {"success":true,"data":{"userId":"…","username":"ada","token":"…"}}
///   {"success":false,"code":"NOT_FOUND","message":"there is no user ada"}
/// Thread: any.
namespace rookery::app {

/// No line in either direction is longer than this, its end included.
inline constexpr std::size_t kMaxAdminLine = 64UL * 1024;

/// Ends with a line feed, as the next.
[[nodiscard]] std::string requestLine(const AdminRequest& request);
[[nodiscard]] std::string answerLine(const base::Result<AdminAnswer>& answer);

/// kInvalidPayload for what is no request.
[[nodiscard]] base::Result<AdminRequest> parseRequest(std::string_view line);
/// The failure that was sent, or kInternal for what is no answer.
[[nodiscard]] base::Result<AdminAnswer> parseAnswer(std::string_view line);

}  // namespace rookery::app
