#pragma once

#include <string>

#include "rookery/app/file_descriptor.h"
#include "rookery/base/error.h"

/// Stream sockets in the file system (unix(7)), non-blocking. The path may be longer than the 107
/// bytes that an address holds. Errors are kInternal with a line that names the path, unless they
/// say otherwise. Thread: any.
namespace rookery::app {

/// Replaces what lies at `path` by a socket of mode 0600 that listens.
[[nodiscard]] base::Result<FileDescriptor> listenAt(const std::string& path);

/// kNotFound when nobody listens there.
[[nodiscard]] base::Result<FileDescriptor> connectTo(const std::string& path);

}  // namespace rookery::app
