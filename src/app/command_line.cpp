#include "rookery/app/command_line.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <deque>
#include <memory>

#include "rookery/api/asyncapi.h"
#include "rookery/api/openapi.h"
#include "rookery/app/commands/commands.h"
#include "rookery/app/config_document.h"
#include "rookery/app/duration.h"
#include "rookery/app/event_constants.h"
#include "rookery/app/event_types.h"
#include "rookery/app/nearest.h"
#include "rookery/app/serve.h"
#include "rookery/app/setting_flags.h"
#include "rookery/base/log.h"

namespace rookery::app {
namespace {

using Run = std::function<CommandResult<int>()>;

constexpr int kDone = static_cast<int>(ExitCode::kDone);

/// The commands as CLI11 wants them: the one that is named leaves what is to be run.
class CommandLine {
 public:
  CommandLine();

  CLI::App app{"Rookery, a chat server for Socket.IO clients", "rookery"};
  Run run;

 private:
  void addServe();
  void addCheckConfig();
  void addToken();
  void addGenerate();
  void addUser();
  void addDescribe();
  void addStoreWork();
  void addMigrate();
  void addVersion();

  void whenNamed(CLI::App& command, Run what) {
    command.final_callback([this, what = std::move(what)] { run = what; });
  }
  SettingFlags& addSettings(CLI::App& command, SettingFlags::Which which) {
    return flags_.emplace_back(command, which);
  }
  /// A command that is carried out by carryOut().
  CLI::App& addAdmin(CLI::App& parent, const std::string& name, const std::string& description,
                     AdminRequest::Action action);
  void addWho(CLI::App& command);
  void addPassword(CLI::App& command);
  [[nodiscard]] CommandResult<int> runAdmin(const SettingFlags& flags);
  [[nodiscard]] static CommandResult<int> runOffline(
      const SettingFlags& flags, const std::function<CommandResult<void>(const Config&)>& command);

  std::deque<SettingFlags> flags_;  // their addresses are kept
  AdminRequest request_;
  std::string ttl_;
  Population population_;
  std::string out_;
  bool isPasswordOnInput_ = false;
  std::string from_;
  std::string to_;
};

CommandLine::CommandLine() {
  app.require_subcommand(1);
  addServe();
  addCheckConfig();
  addToken();
  addGenerate();
  addUser();
  addStoreWork();
  addMigrate();
  addDescribe();
  addVersion();
}

void CommandLine::addServe() {
  CLI::App& command = *app.add_subcommand("serve", "run the server");
  SettingFlags& flags = addSettings(command, SettingFlags::Which::kServer);
  // The contract lists it, so it is not to be taken for a typing error.
  command
      .add_option_function<std::string>(
          "--redis",
          [](const std::string& /*url*/) {
            throw CLI::ValidationError("--redis", "several servers are not part of this version");
          })
      ->group("");
  whenNamed(command, [&flags]() -> CommandResult<int> {
    const auto loaded = flags.load();
    if (!loaded) return tl::unexpected<CommandFailure>(loaded.error());
    return serve(loaded->config, [&flags] { return flags.load(); });
  });
}

void CommandLine::addCheckConfig() {
  CLI::App& command =
      *app.add_subcommand("check-config", "print every setting and where its value came from");
  SettingFlags& flags = addSettings(command, SettingFlags::Which::kServer);
  whenNamed(command, [&flags]() -> CommandResult<int> {
    const auto loaded = flags.load();
    if (!loaded) return tl::unexpected<CommandFailure>(loaded.error());
    fmt::print("{}", effectiveConfiguration(*loaded));
    return kDone;
  });
}

CLI::App& CommandLine::addAdmin(CLI::App& parent, const std::string& name,
                                const std::string& description, AdminRequest::Action action) {
  CLI::App& command = *parent.add_subcommand(name, description);
  SettingFlags& flags = addSettings(command, SettingFlags::Which::kStore);
  whenNamed(command, [this, &flags, action] {
    request_.action = action;
    return runAdmin(flags);
  });
  return command;
}

void CommandLine::addWho(CLI::App& command) {
  command.add_option("--user,user", request_.user, "whom it is about")
      ->type_name("USERNAME|ID")
      ->required();
}

void CommandLine::addPassword(CLI::App& command) {
  CLI::Option_group& either = *command.add_option_group("password");
  either.add_option("--password", request_.password, "seen by every user of the machine")
      ->type_name("TEXT");
  either.add_flag("--password-stdin", isPasswordOnInput_, "read it from standard input, a line");
  either.require_option(1);
}

void CommandLine::addToken() {
  CLI::App& command =
      addAdmin(app, "token", "print a token of a user", AdminRequest::Action::kIssueToken);
  addWho(command);
  command.add_option("--ttl", ttl_, "how long it is valid (auth.tokenTtl)")->type_name("DURATION");
}

void CommandLine::addGenerate() {
  CLI::App& command = *app.add_subcommand(
      "generate", "fill a store with users and conversations, for demos and load tests");
  SettingFlags& flags = addSettings(command, SettingFlags::Which::kStore);
  const auto count = [&](const char* name, std::size_t& value, const char* description) {
    command.add_option(name, value, description)->type_name("N");
  };
  count("--users", population_.users, "users");
  count("--rooms", population_.rooms, "one-to-one rooms, each of another pair");
  count("--channels", population_.channels, "channels");
  count("--members", population_.members, "members of each channel");
  command.get_option("--users")->required();
  command.add_option("--out", out_, "the folder for users.tsv, rooms.tsv and channels.tsv")
      ->type_name("DIR")
      ->required();
  whenNamed(command, [this, &flags]() -> CommandResult<int> {
    base::log::setLevel(base::log::Level::kError);
    const auto loaded = flags.load();
    if (!loaded) return tl::unexpected<CommandFailure>(loaded.error());
    const auto done = generateCommand(loaded->config, population_, out_);
    if (!done) return tl::unexpected<CommandFailure>(done.error());
    return kDone;
  });
}

void CommandLine::addUser() {
  CLI::App& user = *app.add_subcommand("user", "administration of users");
  user.require_subcommand(1);
  CLI::App& added =
      addAdmin(user, "add", "add a user and print the id of it", AdminRequest::Action::kAddUser);
  added.add_option("--username,username", request_.user, "3 or more of A-Z a-z 0-9 - _ .")
      ->type_name("NAME")
      ->required();
  added.add_option("--email", request_.email, "e-mail address")->type_name("ADDRESS")->required();
  addPassword(added);
  added.add_flag("--admin", request_.isAdmin, "as an admin of the server");

  CLI::App& passwd =
      addAdmin(user, "passwd", "set a user's password", AdminRequest::Action::kSetPassword);
  addWho(passwd);
  addPassword(passwd);
  addWho(addAdmin(user, "disable", "end a user's connections, and take no log-in from now on",
                  AdminRequest::Action::kDisableUser));
  addWho(addAdmin(user, "admin", "make a user an admin of the server",
                  AdminRequest::Action::kMakeAdmin));
  addWho(addAdmin(user, "code", "print a one-time code, with which a user sets a new password",
                  AdminRequest::Action::kIssueCode));
}

void CommandLine::addStoreWork() {
  using Action = AdminRequest::Action;
  const auto addPath = [this](CLI::App& command, const char* name, const char* what) {
    command.add_option(name, request_.path, what)->type_name("PATH")->required();
  };
  addPath(addAdmin(app, "backup", "copy the store into a new file", Action::kBackup), "--out",
          "the file, which must not exist");
  addPath(addAdmin(app, "export", "write every table as lines of JSON", Action::kExport), "--out",
          "the folder, new or empty");
  addAdmin(app, "vacuum", "give free space back", Action::kVacuum);
  addPath(addAdmin(app, "import", "take over a deployed system from a dump of its MongoDB",
                   Action::kImport),
          "path", "a folder or an archive of mongodump, or files of mongoexport");

  CLI::App& restore = *app.add_subcommand("restore", "replace the store by a backup");
  SettingFlags& flags = addSettings(restore, SettingFlags::Which::kStore);
  addPath(restore, "file", "what backup made");
  whenNamed(restore, [this, &flags] {
    return runOffline(
        flags, [this](const Config& config) { return restoreCommand(config, request_.path); });
  });
}

void CommandLine::addMigrate() {
  CLI::App& command = *app.add_subcommand("migrate", "carry a store over to another, empty one");
  SettingFlags& flags = addSettings(command, SettingFlags::Which::kStore);
  command.add_option("--from", from_, "sqlite:PATH or postgresql://…")
      ->type_name("URL")
      ->required();
  command.add_option("--to", to_, "likewise")->type_name("URL")->required();
  whenNamed(command, [this, &flags] {
    return runOffline(flags,
                      [this](const Config& config) { return migrateCommand(config, from_, to_); });
  });
}

CommandResult<int> CommandLine::runOffline(
    const SettingFlags& flags, const std::function<CommandResult<void>(const Config&)>& command) {
  base::log::setLevel(base::log::Level::kError);
  const auto loaded = flags.load();
  if (!loaded) return tl::unexpected<CommandFailure>(loaded.error());
  const auto result = command(loaded->config);
  if (!result) return tl::unexpected<CommandFailure>(result.error());
  return kDone;
}

void CommandLine::addDescribe() {
  CLI::App& describe = *app.add_subcommand("describe", "print what the code knows of itself");
  describe.require_subcommand(1);
  const auto add = [&](const char* name, const char* description, std::string (*document)()) {
    whenNamed(*describe.add_subcommand(name, description), [document]() -> CommandResult<int> {
      fmt::print("{}", document());
      return kDone;
    });
  };
  add("constants", "names of the events, as an ES module", eventConstantsModule);
  add("typescript", "declarations of that module, and of what events carry",
      [] { return eventConstantsDeclarations() + eventTypes(); });
  add("configuration", "all settings, as Markdown", configurationDocument);
  add("asyncapi", "the events, as AsyncAPI 3.0", api::asyncApiDocument);
  add("openapi", "the REST interface, as OpenAPI 3.1", api::openApiDocument);
}

void CommandLine::addVersion() {
  whenNamed(*app.add_subcommand("version", "version, commit and libraries"),
            []() -> CommandResult<int> {
              versionCommand();
              return kDone;
            });
}

CommandResult<int> CommandLine::runAdmin(const SettingFlags& flags) {
  // Their result stands on standard output; of the log only what explains a failure is of use.
  base::log::setLevel(base::log::Level::kError);
  const auto loaded = flags.load();
  if (!loaded) return tl::unexpected<CommandFailure>(loaded.error());
  if (isPasswordOnInput_) {
    auto password = passwordFromStandardInput();
    if (!password) return tl::unexpected<CommandFailure>(password.error());
    request_.password = std::move(*password);
  }
  if (!ttl_.empty()) {
    request_.ttl = parseDuration(ttl_);
    if (!request_.ttl || request_.ttl->count() == 0) {
      return tl::unexpected<CommandFailure>(
          {.exitCode = ExitCode::kUsage,
           .message =
               fmt::format("--ttl: \"{}\" is no duration like 1d, 12h, 30m, 45s or 500ms", ttl_)});
    }
  }
  const auto result = request_.isOfStore() ? storeCommand(loaded->config, request_)
                      : request_.action == AdminRequest::Action::kIssueToken
                          ? tokenCommand(loaded->config, request_)
                          : userCommand(loaded->config, request_);
  if (!result) return tl::unexpected<CommandFailure>(result.error());
  return kDone;
}

/// The command that was named last, e.g. `add` of `user add`.
const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

/// What was probably meant by the first argument that nobody knows.
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining(true);
  if (unknown.empty() || dynamic_cast<const CLI::ValidationError*>(&error) != nullptr) {
    return error.what();
  }
  const CLI::App& command = innermost(app);
  const bool isFlag = unknown.front().starts_with('-');
  const std::string typed = unknown.front().substr(0, unknown.front().find('='));
  std::vector<std::string> names;
  if (isFlag) {
    for (const CLI::Option* option : command.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  } else {
    for (const CLI::App* sub : command.get_subcommands(nullptr)) names.push_back(sub->get_name());
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const auto meant = nearest(typed, candidates);
  return fmt::format("there is no {} {}{}", isFlag ? "flag" : "command", typed,
                     meant ? fmt::format("; did you mean {}?", *meant) : "");
}

int complain(ExitCode exitCode, std::string_view message) {
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    fmt::print(stderr, "rookery: {}\n", message.substr(0, end));
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return static_cast<int>(exitCode);
}

}  // namespace

int runCommandLine(int argc, const char* const* argv) {
  // What the server keeps is nobody else's, also in a folder that somebody made before.
  umask(S_IRWXG | S_IRWXO);
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return line.app.exit(help);
  } catch (const CLI::ParseError& error) {
    const int exitCode = complain(ExitCode::kUsage, explain(line.app, error));
    std::string named = "rookery";
    for (const CLI::App* at = &line.app; !at->get_subcommands().empty();) {
      at = at->get_subcommands().front();
      named += " " + at->get_name();
    }
    fmt::print(stderr, "`{} --help` says more.\n", named);
    return exitCode;
  }
  const CommandResult<int> result = line.run();
  return result ? *result : complain(result.error().exitCode, result.error().message);
}

}  // namespace rookery::app
