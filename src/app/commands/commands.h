#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "rookery/app/admin.h"
#include "rookery/app/config.h"
#include "rookery/app/exit_code.h"
#include "rookery/app/population.h"

/// The commands of the command line, less `serve` (cli.md). Results are written to standard output.
/// Thread: main.
namespace rookery::app {

/// `user …` and `token`: by the running server of the data folder, else on the store itself. The
/// folder is made for a new user and for an import only.
[[nodiscard]] CommandResult<AdminAnswer> carryOut(const Config& config,
                                                  const AdminRequest& request);

/// `user add|passwd|disable|admin`: prints the user's id when one was added, else what was done.
[[nodiscard]] CommandResult<void> userCommand(const Config& config, const AdminRequest& request);

/// `backup`, `export`, `vacuum`, `import`: as above; prints what was done.
[[nodiscard]] CommandResult<void> storeCommand(const Config& config, AdminRequest request);

/// `restore`: refused while a server runs.
[[nodiscard]] CommandResult<void> restoreCommand(const Config& config, const std::string& file);

/// `migrate`: from one store to another; refused while a server of the data folder runs.
[[nodiscard]] CommandResult<void> migrateCommand(const Config& config, const std::string& from,
                                                 const std::string& to);

/// `token`: prints the token alone.
[[nodiscard]] CommandResult<void> tokenCommand(const Config& config, const AdminRequest& request);

/// The first line of standard input, without its end.
[[nodiscard]] CommandResult<std::string> passwordFromStandardInput();

/// `generate`: fills the store, which no server may have open (kUsage), and says what was made.
[[nodiscard]] CommandResult<void> generateCommand(const Config& config,
                                                  const Population& population,
                                                  const std::string& out);

/// `version`: version, commit, preset, and the libraries with theirs.
void versionCommand();

}  // namespace rookery::app
