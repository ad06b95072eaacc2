#include <fmt/format.h>

#include <iostream>

#include "rookery/app/commands/commands.h"

namespace rookery::app {

CommandResult<void> userCommand(const Config& config, const AdminRequest& request) {
  const auto answer = carryOut(config, request);
  if (!answer) return tl::unexpected<CommandFailure>(answer.error());
  switch (request.action) {
    case AdminRequest::Action::kAddUser:
      fmt::print("{}\n", answer->userId);
      break;
    case AdminRequest::Action::kSetPassword:
      fmt::print("{} has a new password\n", answer->username);
      break;
    case AdminRequest::Action::kDisableUser:
      fmt::print("{} is disabled\n", answer->username);
      break;
    case AdminRequest::Action::kMakeAdmin:
      fmt::print("{} is an admin of the server\n", answer->username);
      break;
    case AdminRequest::Action::kIssueCode:
      fmt::print("{}\n", answer->code);
      break;
    case AdminRequest::Action::kIssueToken:
    case AdminRequest::Action::kBackup:
    case AdminRequest::Action::kExport:
    case AdminRequest::Action::kVacuum:
    case AdminRequest::Action::kImport:
      break;  // commands of their own
  }
  return {};
}

CommandResult<void> tokenCommand(const Config& config, const AdminRequest& request) {
  const auto answer = carryOut(config, request);
  if (!answer) return tl::unexpected<CommandFailure>(answer.error());
  fmt::print("{}\n", answer->token);
  return {};
}

CommandResult<std::string> passwordFromStandardInput() {
  std::string line;
  if (!std::getline(std::cin, line)) {
    return tl::unexpected<CommandFailure>(
        {.exitCode = ExitCode::kUsage, .message = "there is no password on standard input"});
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace rookery::app
