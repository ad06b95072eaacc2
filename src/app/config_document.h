#pragma once

#include <string>

#include "rookery/app/config_loader.h"

namespace rookery::app {

/// docs/configuration.md, from the table of settings. Thread: any.
[[nodiscard]] std::string configurationDocument();

/// What `rookery check-config` prints: every key with its value as TOML, secrets masked, and in a
/// comment where the value came from. Thread: any.
[[nodiscard]] std::string effectiveConfiguration(const LoadedConfig& loaded);

}  // namespace rookery::app
