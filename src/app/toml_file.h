#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "rookery/app/setting.h"

namespace rookery::app {

/// A value of a TOML file with its place.
struct TomlEntry {
  std::string key;  ///< with the names of its tables, joined by dots
  RawValue value;
  unsigned line = 0;  ///< counted from 1
};

/// The values of a file (TOML 1.0), in the order of its lines. On failure one line for people that
/// begins with the path and, where the text is wrong, the line.
/// Thread: any; reads the file.
[[nodiscard]] tl::expected<std::vector<TomlEntry>, std::string> readToml(const std::string& path);

}  // namespace rookery::app
