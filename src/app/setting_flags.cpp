#include "rookery/app/setting_flags.h"

#include <fmt/format.h>
#include <unistd.h>

#include <map>

namespace rookery::app {
namespace {

CLI::Option* addText(CLI::App& command, std::string_view flag, std::string_view takes,
                     std::string_view description) {
  const std::string text(description);
  return command.add_option(std::string(flag), text)->type_name(std::string(takes));
}

}  // namespace

SettingFlags::SettingFlags(CLI::App& command, Which which)
    : command_(command), file_(addText(command, "--config", "FILE", "settings, as TOML")) {
  if (which == Which::kServer) {
    add("--listen", "server.listen", "HOST:PORT", "where to listen (127.0.0.1:3000)");
  }
  add("--data", "server.data", "DIR", "the data folder (./data)");
  add("--store", "store.url", "URL", "the store (rookery.db in the data folder)");
  if (which == Which::kServer) {
    add("--loops", "server.loops", "N", "event loops (one for each core)");
    add("--log-format", "log.format", "text|json", "how the log looks (text)");
  }
  add("--set", "", "section.key=value", "any setting; may be repeated");
}

void SettingFlags::add(std::string_view flag, std::string_view key, std::string_view takes,
                       std::string_view description) {
  CLI::Option* option = addText(command_, flag, takes, description);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  flags_.push_back({.option = option, .key = key});
}

/// In the order of typing: the later of two wins, whichever flags they are.
CommandResult<std::vector<FlagValue>> SettingFlags::values() const {
  std::vector<FlagValue> values;
  std::map<const CLI::Option*, std::size_t> taken;
  for (const CLI::Option* option : command_.parse_order()) {
    for (const Flag& flag : flags_) {
      if (flag.option != option) continue;
      const std::vector<std::string>& results = option->results();
      const std::size_t index = taken[option]++;
      if (index >= results.size()) continue;
      const std::string& text = results[index];
      const std::string name = option->get_name();
      if (!flag.key.empty()) {
        values.push_back({.key = std::string(flag.key), .value = text, .flag = name});
        continue;
      }
      const std::size_t equals = text.find('=');
      if (equals == std::string::npos) {
        return tl::unexpected<CommandFailure>(
            {.exitCode = ExitCode::kUsage,
             .message = fmt::format("{}: {} is not section.key=value", name, text)});
      }
      values.push_back(
          {.key = text.substr(0, equals), .value = text.substr(equals + 1), .flag = name});
    }
  }
  return values;
}

CommandResult<LoadedConfig> SettingFlags::load() const {
  auto flags = values();
  if (!flags) return tl::unexpected<CommandFailure>(flags.error());
  auto loaded = loadConfig({.file = file_->count() > 0 ? file_->results().back() : "",
                            .variables = rookeryVariables(environ),
                            .flags = std::move(*flags)});
  if (!loaded) {
    return tl::unexpected<CommandFailure>(
        {.exitCode = ExitCode::kUsage,
         .message = fmt::format("{}", fmt::join(loaded.error(), "\n"))});
  }
  return std::move(*loaded);
}

}  // namespace rookery::app
