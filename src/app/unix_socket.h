#pragma once

#include <string>

#include "rookery/base/error.h"
#include "rookery/base/file_descriptor.h"

/// Stream sockets in the file system (unix(7)), non-blocking. The path may be longer than the 107
/// bytes that an address holds. Errors are kInternal with a line that names the path, unless they
/// say otherwise. Thread: any.
namespace rookery::app {

/// Replaces what lies at `path` by a socket of mode 0600 that listens.
[[nodiscard]] base::Result<base::FileDescriptor> listenAt(const std::string& path);

/// kNotFound when nobody listens there.
[[nodiscard]] base::Result<base::FileDescriptor> connectTo(const std::string& path);

}  // namespace rookery::app
