#include <fmt/format.h>

#include "rookery/app/commands/commands.h"
#include "rookery/app/data_folder.h"
#include "rookery/app/generator.h"

namespace rookery::app {

CommandResult<void> generateCommand(const Config& config, const Population& population,
                                    const std::string& out) {
  const auto failure = [](ExitCode exitCode, std::string message) {
    return tl::unexpected<CommandFailure>({.exitCode = exitCode, .message = std::move(message)});
  };
  if (auto problem = population.problem()) return failure(ExitCode::kUsage, std::move(*problem));
  const auto folder = DataFolder::open(config.server.data, DataFolder::IfMissing::kMake);
  if (!folder) {
    const bool isInUse = folder.error().code == base::ErrorCode::kConflict;
    return failure(isInUse ? ExitCode::kUsage : ExitCode::kStoreCannotOpen, folder.error().message);
  }
  const auto made = generate(config, *folder, population, out);
  if (!made) {
    const bool isStore = made.error().code == base::ErrorCode::kStoreFailed;
    return failure(isStore ? ExitCode::kStoreCannotOpen : ExitCode::kFailed, made.error().message);
  }
  fmt::print("{} users from {} on, all with the password {}; {} rooms, {} channels; listed in {}\n",
             population.users, made->firstUser, made->password, population.rooms,
             population.channels, out);
  return {};
}

}  // namespace rookery::app
