#include "rookery/app/config_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace rookery::app {
namespace {

constexpr std::string_view kIntroduction = R"(# Configuration

Printed by `rookery describe configuration` from the table that the server itself uses; not to be
edited.

A value comes from, and what stands further down wins:

1. the default;
2. the file named by `--config FILE` ([TOML](https://toml.io)): `[limits.messages]` and in it
   `rate = 50`, or in one line `limits.messages.rate = 50`;
3. an environment variable: `ROOKERY_LIMITS_MESSAGES_RATE=50`. Case and underscores after
   `ROOKERY_` do not matter;
4. a flag: `--set limits.messages.rate=50`, or one of those that the tables name.

A key that does not exist, or a value that does not fit, is an error with its place and the key that
was probably meant, and nothing is started. `rookery check-config` takes the same sources, checks
them and prints every value with where it came from. Keys ending in `Ms` are milliseconds, those in
`Bytes` bytes.
)";

/// A bar would end the cell of a table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string configurationDocument() {
  std::string out(kIntroduction);
  const Config defaults;
  std::string_view section;
  for (const Setting& setting : settings()) {
    if (setting.section() != section) {
      section = setting.section();
      fmt::format_to(std::back_inserter(out),
                     "\n## {}\n\n| key | default | takes | meaning |\n| --- | --- | --- | --- |\n",
                     section);
    }
    fmt::format_to(std::back_inserter(out), "| `{}` | `{}` | {} | {} |\n", setting.name,
                   cell(setting.shown(defaults)), cell(setting.expectation()),
                   cell(setting.description));
  }
  return out;
}

std::string effectiveConfiguration(const LoadedConfig& loaded) {
  std::vector<std::string> values;
  std::size_t widest = 0;
  for (const Setting& setting : settings()) {
    values.push_back(fmt::format("{} = {}", setting.name, setting.shown(loaded.config)));
    widest = std::max(widest, values.back().size());
  }
  widest = std::min<std::size_t>(widest, 60);  // one long value should not push all others away
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{:<{}}  # {}\n", values[i], widest, loaded.origins[i]);
  }
  return out;
}

}  // namespace rookery::app
