#include <fmt/format.h>

#include <filesystem>

#include "rookery/app/commands/commands.h"
#include "rookery/app/data_folder.h"
#include "rookery/store/database.h"
#include "rookery/store/store_copy.h"

namespace rookery::app {
namespace {

using base::ErrorCode;

tl::unexpected<CommandFailure> failure(ExitCode exitCode, std::string message) {
  return tl::unexpected<CommandFailure>({.exitCode = exitCode, .message = std::move(message)});
}

/// Nobody else may use the store: a running server's folder is wrong usage (cli.md).
CommandResult<DataFolder> takeFolder(const Config& config) {
  auto folder = DataFolder::open(config.server.data, DataFolder::IfMissing::kMake);
  if (folder) return std::move(*folder);
  const bool isServed = folder.error().code == ErrorCode::kConflict;
  return failure(isServed ? ExitCode::kUsage : ExitCode::kStoreCannotOpen, folder.error().message);
}

CommandResult<void> toCommand(const base::Error& error) {
  const bool isUsage = error.code == ErrorCode::kInvalidPayload;
  return failure(isUsage ? ExitCode::kUsage : ExitCode::kFailed, error.message);
}

bool isStoreUrl(const std::string& url) { return store::backendFor(url) != nullptr; }

}  // namespace

CommandResult<void> storeCommand(const Config& config, AdminRequest request) {
  // The server that may do it has a working folder of its own.
  std::error_code ignored;
  if (!request.path.empty()) request.path = std::filesystem::absolute(request.path, ignored);
  const auto answer = carryOut(config, request);
  if (!answer) return tl::unexpected<CommandFailure>(answer.error());
  fmt::print("{}\n", answer->text);
  return {};
}

CommandResult<void> restoreCommand(const Config& config, const std::string& file) {
  const auto folder = takeFolder(config);
  if (!folder) return tl::unexpected<CommandFailure>(folder.error());
  const auto restored = store::restoreStore(file, config.storeUrl());
  if (!restored) return toCommand(restored.error());
  fmt::print("the store is that of {}\n", file);
  return {};
}

CommandResult<void> migrateCommand(const Config& config, const std::string& from,
                                   const std::string& to) {
  for (const std::string& url : {from, to}) {
    if (!isStoreUrl(url)) {
      return failure(ExitCode::kUsage,
                     "a store is sqlite:PATH or postgresql://USER@HOST:PORT/NAME");
    }
  }
  const auto folder = takeFolder(config);
  if (!folder) return tl::unexpected<CommandFailure>(folder.error());
  const auto copied = store::copyStore(from, to);
  if (!copied) return toCommand(copied.error());
  fmt::print("{} rows of {} tables were carried over\n", copied->rows, copied->tables);
  return {};
}

}  // namespace rookery::app
