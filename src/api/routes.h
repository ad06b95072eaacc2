#pragma once

#include <span>

#include "rookery/api/router.h"

namespace rookery::api {

/// All routes; what is not here is a file of the page or unknown. Thread: any.
[[nodiscard]] std::span<const Route> routes();

}  // namespace rookery::api
