#pragma once

#include <chrono>

#include "rookery/app/admin.h"
#include "rookery/base/error.h"
#include "rookery/base/file_descriptor.h"

namespace rookery::app {

/// Sends a request over a connection to `admin.sock` (unix_socket.h) and waits for the answer, at
/// most for `patience`. Fails as the server answered, or with kInternal when there is no answer.
/// Thread: any.
[[nodiscard]] base::Result<AdminAnswer> askServer(const base::FileDescriptor& server,
                                                  const AdminRequest& request,
                                                  std::chrono::milliseconds patience);

}  // namespace rookery::app
