#include "rookery/app/config_loader.h"

#include <fmt/format.h>

#include <algorithm>

#include "rookery/app/nearest.h"
#include "rookery/app/toml_file.h"

namespace rookery::app {
namespace {

constexpr std::string_view kPrefix = "ROOKERY_";

std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '_' || c == '.') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::string textOf(const RawValue& value) {
  struct Shown {
    std::string operator()(std::monostate) const { return "this"; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const {
      constexpr std::size_t kShown = 80;
      return fmt::format("\"{}{}\"", text.substr(0, kShown), text.size() > kShown ? "…" : "");
    }
    std::string operator()(const std::vector<std::string>& list) const {
      return fmt::format("[{}]", fmt::join(list, ", "));
    }
  };
  return std::visit(Shown{}, value);
}

/// A secret may not appear on a screen, not even a wrong one.
std::string wrongValue(const Setting& setting, const RawValue& value) {
  const bool isShown = setting.form != Setting::Form::kSecret;
  return fmt::format("{} must be {}{}", setting.name, setting.expectation(),
                     isShown ? ", not " + textOf(value) : "");
}

std::string unknown(std::string_view what, std::string_view typed,
                    std::optional<std::string_view> meant) {
  std::string out = fmt::format("there is no {} {}", what, typed);
  if (meant) out += fmt::format("; did you mean {}?", *meant);
  return out;
}

class Loader {
 public:
  void readFile(const std::string& path);
  void readVariable(const Variable& variable);
  void readFlag(const FlagValue& flag);
  void checkTogether();

  LoadedConfig loaded{.config = {},
                      .origins = std::vector<std::string>(settings().size(), "default")};
  Problems problems;

 private:
  void assign(const Setting& setting, const RawValue& value, const std::string& origin) {
    if (setting.assign(loaded.config, value)) {
      loaded.origins[static_cast<std::size_t>(&setting - settings().data())] = origin;
    } else {
      problems.push_back(fmt::format("{}: {}", origin, wrongValue(setting, value)));
    }
  }

  static std::optional<std::string_view> nearestName(std::string_view typed) {
    std::vector<std::string_view> names;
    for (const Setting& setting : settings()) names.push_back(setting.name);
    return nearest(typed, names);
  }
  void complainOfVariable(const std::string& name);
};

void Loader::readFile(const std::string& path) {
  const auto entries = readToml(path);
  if (!entries) {
    problems.push_back(entries.error());
    return;
  }
  for (const TomlEntry& entry : *entries) {
    const std::string origin = fmt::format("{}:{}", path, entry.line);
    if (const Setting* setting = findSetting(entry.key)) {
      assign(*setting, entry.value, origin);
    } else {
      problems.push_back(
          fmt::format("{}: {}", origin, unknown("setting", entry.key, nearestName(entry.key))));
    }
  }
}

void Loader::readVariable(const Variable& variable) {
  const std::string wanted = folded(std::string_view(variable.name).substr(kPrefix.size()));
  for (const Setting& setting : settings()) {
    if (folded(setting.name) == wanted) return assign(setting, variable.value, variable.name);
  }
  complainOfVariable(variable.name);
}

/// Programs around the server may have ROOKERY_ variables of their own, so only what looks like a
/// setting is an error: one in a section of ours, a key without its section, a typing error.
void Loader::complainOfVariable(const std::string& name) {
  const std::string_view rest = std::string_view(name).substr(kPrefix.size());
  const std::string section = folded(rest.substr(0, rest.find('_')));
  constexpr std::size_t kTypingError = 2;
  bool isOurs = false;
  std::string meant;
  std::size_t best = std::string_view::npos;
  for (const Setting& setting : settings()) {
    const std::string variable = setting.variable();
    const bool isBareKey = folded(setting.name.substr(setting.name.find('.'))) == folded(rest);
    const std::size_t distance = isBareKey ? 0 : editDistance(name, variable);
    isOurs = isOurs || setting.section() == section || distance <= kTypingError;
    if (distance < best) {
      best = distance;
      meant = variable;
    }
  }
  if (!isOurs) return;
  const bool isLike = best <= std::max(kTypingError, rest.size() / 3);
  problems.push_back(
      fmt::format("{}: {}", name,
                  unknown("setting for the variable", name,
                          isLike ? std::optional<std::string_view>(meant) : std::nullopt)));
}

void Loader::readFlag(const FlagValue& flag) {
  if (const Setting* setting = findSetting(flag.key)) {
    assign(*setting, flag.value, flag.flag);
  } else {
    problems.push_back(
        fmt::format("{}: {}", flag.flag, unknown("setting", flag.key, nearestName(flag.key))));
  }
}

void Loader::checkTogether() {
  const Config::Drain& drain = loaded.config.drain;
  if (drain.retryAfterMin > drain.retryAfterMax) {
    problems.push_back(
        fmt::format("drain.retryAfterMinMs is {}, which is more than drain.retryAfterMaxMs, {}",
                    drain.retryAfterMin.count(), drain.retryAfterMax.count()));
  }
  const Config::Server& server = loaded.config.server;
  if (server.proxyProtocol && server.trustedProxies.empty()) {
    problems.push_back("server.proxyProtocol is set, but server.trustedProxies names nobody");
  }
  const Config::Mail& mail = loaded.config.mail;
  if (!mail.url.empty() && mail.from.empty()) {
    problems.push_back("mail.url is set, but mail.from is not");
  }
}

}  // namespace

tl::expected<LoadedConfig, Problems> loadConfig(const ConfigSources& sources) {
  Loader loader;
  if (!sources.file.empty()) loader.readFile(sources.file);
  for (const Variable& variable : sources.variables) loader.readVariable(variable);
  for (const FlagValue& flag : sources.flags) loader.readFlag(flag);
  loader.checkTogether();
  if (!loader.problems.empty()) return tl::unexpected<Problems>(std::move(loader.problems));
  return std::move(loader.loaded);
}

std::vector<Variable> rookeryVariables(const char* const* environment) {
  std::vector<Variable> found;
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || !entry.starts_with(kPrefix)) continue;
    found.push_back({.name = std::string(entry.substr(0, equals)),
                     .value = std::string(entry.substr(equals + 1))});
  }
  return found;
}

std::string Config::storeUrl() const {
  return store.url.empty() ? "sqlite:" + server.data + "/rookery.db" : store.url;
}

std::string Config::databasePath() const {
  constexpr std::string_view kScheme = "sqlite:";
  const std::string url = storeUrl();
  return url.starts_with(kScheme) ? url.substr(kScheme.size()) : "";
}

}  // namespace rookery::app
