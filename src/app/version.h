#pragma once

#include <string_view>

namespace rookery::app {

/// What this program was built from.
struct Version {
  std::string_view number;  ///< of the release, e.g. `0.1.0`
  std::string_view commit;  ///< abbreviated; `unknown` when built outside a Git checkout
  std::string_view preset;  ///< of CMakePresets.json, e.g. `release`
};

/// Thread: any. Defined in a generated file, so that a commit rebuilds nothing else.
[[nodiscard]] const Version& version();

}  // namespace rookery::app
