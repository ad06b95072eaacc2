#pragma once

#include <string_view>

#include "rookery/api/failure.h"
#include "rookery/net/http_message.h"

/// The envelopes of rest.md. `data` is one complete JSON value.
/// Thread: any.
namespace rookery::api {

/// `{success, messgae, message, data}`; the first key really is spelt so.
[[nodiscard]] net::HttpResponse envelopeA(unsigned status, std::string_view message,
                                          std::string_view data);
/// `{success, message, data, err: {}}`
[[nodiscard]] net::HttpResponse envelopeB(unsigned status, std::string_view message,
                                          std::string_view data);
/// B whose data is `{data, messgae, message}`.
[[nodiscard]] net::HttpResponse envelopeC(unsigned status, std::string_view message,
                                          std::string_view data);
/// `{success: false, err, data: {}, message}` with the failure's status and Retry-After.
[[nodiscard]] net::HttpResponse envelopeOf(const Failure& failure);

/// A JSON value without an envelope, for what lies outside the base path.
[[nodiscard]] net::HttpResponse bareJson(unsigned status, std::string json);

}  // namespace rookery::api
