#include "rookery/app/toml_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <tuple>

namespace rookery::app {
namespace {

RawValue rawValue(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* array = node.as_array()) {
    std::vector<std::string> items;
    for (const toml::node& item : *array) {
      const auto* text = item.as_string();
      if (text == nullptr) return std::monostate();
      items.push_back(text->get());
    }
    return items;
  }
  return std::monostate();
}

void collect(const toml::table& table, const std::string& prefix, std::vector<TomlEntry>& out) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    const toml::table* inner = node.as_table();
    if (inner != nullptr && !inner->empty()) {
      collect(*inner, key + ".", out);
    } else if (inner == nullptr) {
      out.push_back({.key = key, .value = rawValue(node), .line = node.source().begin.line});
    }
  }
}

}  // namespace

tl::expected<std::vector<TomlEntry>, std::string> readToml(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const bool isOpen = file.is_open();
  std::string text;
  char buffer[4096];
  while (file) {
    file.read(buffer, sizeof buffer);
    text.append(buffer, static_cast<std::size_t>(file.gcount()));
  }
  if (!isOpen || file.bad()) {  // a folder can be opened, not read
    return tl::unexpected<std::string>(
        fmt::format("{}: cannot be read: {}", path, std::generic_category().message(errno)));
  }
  std::vector<TomlEntry> entries;
  try {
    collect(toml::parse(text, path), "", entries);
  } catch (const toml::parse_error& error) {
    return tl::unexpected<std::string>(
        fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
  std::sort(entries.begin(), entries.end(), [](const TomlEntry& a, const TomlEntry& b) {
    return std::tie(a.line, a.key) < std::tie(b.line, b.key);
  });
  return entries;
}

}  // namespace rookery::app
