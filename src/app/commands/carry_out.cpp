#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "rookery/app/admin_client.h"
#include "rookery/app/commands/commands.h"
#include "rookery/app/data_folder.h"
#include "rookery/app/offline_store.h"
#include "rookery/app/unix_socket.h"

namespace rookery::app {
namespace {

using base::ErrorCode;

/// While the folder is taken and nobody listens, its server starts or stops, or another command is
/// at work: all of it short.
constexpr std::chrono::seconds kWaitForFolder{5};
constexpr std::chrono::milliseconds kBetweenTries{50};
/// Hashing and a commit, behind those of other commands and a store that is retried.
constexpr std::chrono::seconds kWaitForAnswer{60};
/// A copy of a large store takes its time.
constexpr std::chrono::hours kWaitForStoreWork{24};

tl::unexpected<CommandFailure> failure(ExitCode exitCode, std::string message) {
  return tl::unexpected<CommandFailure>({.exitCode = exitCode, .message = std::move(message)});
}

CommandResult<AdminAnswer> toCommand(base::Result<AdminAnswer> result) {
  if (result) return std::move(*result);
  const bool isUsage = result.error().code == ErrorCode::kInvalidPayload;
  return failure(isUsage ? ExitCode::kUsage : ExitCode::kFailed, result.error().message);
}

CommandResult<AdminAnswer> performOffline(const Config& config, const DataFolder& folder,
                                          const AdminRequest& request) {
  const auto store = OfflineStore::open(config, folder);
  if (!store) return failure(ExitCode::kStoreCannotOpen, store.error().message);
  return toCommand(perform((*store)->admin(), request));
}

}  // namespace

CommandResult<AdminAnswer> carryOut(const Config& config, const AdminRequest& request) {
  const bool isMade = request.action == AdminRequest::Action::kAddUser ||
                      request.action == AdminRequest::Action::kImport;
  const auto ifMissing = isMade ? DataFolder::IfMissing::kMake : DataFolder::IfMissing::kRefuse;
  const auto deadline = std::chrono::steady_clock::now() + kWaitForFolder;
  while (true) {
    const auto folder = DataFolder::open(config.server.data, ifMissing);
    if (folder) return performOffline(config, *folder, request);
    if (folder.error().code != ErrorCode::kConflict) {
      return failure(ExitCode::kStoreCannotOpen, folder.error().message);
    }
    const auto server = connectTo(adminSocketPath(config.server.data));
    if (server) {
      return toCommand(
          askServer(*server, request, request.isOfStore() ? kWaitForStoreWork : kWaitForAnswer));
    }
    if (server.error().code != ErrorCode::kNotFound) {
      return failure(ExitCode::kStoreCannotOpen, server.error().message);
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return failure(ExitCode::kStoreCannotOpen,
                     fmt::format("{}, which takes no commands", folder.error().message));
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
}

}  // namespace rookery::app
