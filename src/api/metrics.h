#pragma once

#include <cstdint>
#include <string>

#include "rookery/api/call.h"

namespace rookery::api {

/// All metrics in the text format of Prometheus 0.0.4; empty when the library fails. What is
/// counted is counted where it happens; here it is only read.
/// Thread: any.
[[nodiscard]] std::string metricsText(const Shared& shared);
/// Of the process; 0 when it cannot be told. Thread: any; waits for nothing.
[[nodiscard]] std::uint64_t residentBytes();
/// What that text is sent as.
inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace rookery::api
