#pragma once

#include <CLI/App.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/app/config_loader.h"
#include "rookery/app/exit_code.h"

namespace rookery::app {

/// The flags of a command that stand for settings, and the sources they make with the environment.
/// Thread: main.
class SettingFlags {
 public:
  enum class Which : std::uint8_t {
    kStore,   ///< --config --data --store --set
    kServer,  ///< also --listen --loops --log-format
  };

  /// Adds the flags to `command`, which outlives this.
  SettingFlags(CLI::App& command, Which which);

  /// Once the command line was parsed: what the sources come to. One line for each problem.
  [[nodiscard]] CommandResult<LoadedConfig> load() const;

 private:
  struct Flag {
    CLI::Option* option;
    std::string_view key;  ///< empty: the value begins with it
  };
  void add(std::string_view flag, std::string_view key, std::string_view takes,
           std::string_view description);
  [[nodiscard]] CommandResult<std::vector<FlagValue>> values() const;

  CLI::App& command_;
  CLI::Option* file_;
  std::vector<Flag> flags_;
};

}  // namespace rookery::app
