#pragma once

#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "rookery/app/config.h"
#include "rookery/app/setting.h"

namespace rookery::app {

/// A setting as the command line gave it.
struct FlagValue {
  std::string key;  ///< name of the setting
  std::string value;
  std::string flag;  ///< as it was typed, e.g. `--listen`
};

/// An environment variable.
struct Variable {
  std::string name;
  std::string value;
};

/// Where values come from; what stands further down wins.
struct ConfigSources {
  std::string file = {};                 ///< path of a TOML file; empty: none
  std::vector<Variable> variables = {};  ///< those that begin with ROOKERY_
  std::vector<FlagValue> flags = {};     ///< in the order of typing, the later of two wins
};

struct LoadedConfig {
  Config config;
  /// For each of settings(): `default`, `FILE:LINE`, the variable's name or the flag.
  std::vector<std::string> origins;
};

/// What is wrong, a line each: the place, the setting, what was expected or probably meant. Never a
/// secret's value.
using Problems = std::vector<std::string>;

/// Reads all sources and checks every value, the file's own and what they mean together.
/// Thread: any; reads the file.
[[nodiscard]] tl::expected<LoadedConfig, Problems> loadConfig(const ConfigSources& sources);

/// Those of `environment` (NAME=value, ended by nullptr) that begin with ROOKERY_. Thread: any.
[[nodiscard]] std::vector<Variable> rookeryVariables(const char* const* environment);

}  // namespace rookery::app
