#pragma once

#include <string>

#include "rookery/app/admin.h"

namespace rookery::app {

/// Carries out backup, export and vacuum on the store of this URL.
/// Thread: any but a loop or the store's; calls read and write files. `isServed`: a server writes
/// to it meanwhile.
[[nodiscard]] base::Result<AdminAnswer> workOnStore(const std::string& url,
                                                    const AdminRequest& request, bool isServed);

}  // namespace rookery::app
