#include "rookery/app/setting.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "rookery/app/duration.h"
#include "rookery/base/json_writer.h"

namespace rookery::app {
namespace {

using base::log::Format;
using base::log::Level;

template <typename Value>
struct Choice {
  std::string_view name;
  Value value;
};
constexpr std::array kLevels = {
    Choice<Level>{"debug", Level::kDebug}, Choice<Level>{"info", Level::kInfo},
    Choice<Level>{"warn", Level::kWarn}, Choice<Level>{"error", Level::kError},
    Choice<Level>{"off", Level::kOff}};
constexpr std::array kFormats = {Choice<Format>{"text", Format::kText},
                                 Choice<Format>{"json", Format::kJson}};

constexpr const auto& choicesOf(Level /*type*/) { return kLevels; }
constexpr const auto& choicesOf(Format /*type*/) { return kFormats; }

/// The type of the value that the pointed-to function refers to.
template <typename Getter>
using ValueOf = std::remove_reference_t<std::invoke_result_t<Getter, Config&>>;

std::optional<double> asNumber(const RawValue& raw) {
  if (const auto* integer = std::get_if<std::int64_t>(&raw)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&raw)) return *real;
  const auto* text = std::get_if<std::string>(&raw);
  if (text == nullptr) return std::nullopt;
  double value = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

/// Exact: every range ends far below 2^53.
std::optional<double> asNumberIn(const Setting& setting, const RawValue& raw, bool isWhole) {
  const std::optional<double> value = asNumber(raw);
  if (!value || !(*value >= setting.min && *value <= setting.max)) return std::nullopt;
  if (isWhole && *value != std::floor(*value)) return std::nullopt;
  return value;
}

std::vector<std::string> splitAtCommas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

bool keepsRule(const Setting& setting, const std::string& text) {
  return setting.rule == nullptr || setting.rule(text);
}

bool assignTo(const Setting& setting, std::string& member, const RawValue& raw) {
  const auto* text = std::get_if<std::string>(&raw);
  if (text == nullptr || text->find('\0') != std::string::npos || !keepsRule(setting, *text)) {
    return false;
  }
  member = *text;
  return true;
}

bool assignTo(const Setting& /*setting*/, bool& member, const RawValue& raw) {
  if (const auto* value = std::get_if<bool>(&raw)) {
    member = *value;
    return true;
  }
  const auto* text = std::get_if<std::string>(&raw);
  if (text == nullptr || (*text != "true" && *text != "false")) return false;
  member = *text == "true";
  return true;
}

bool assignTo(const Setting& setting, std::vector<std::string>& member, const RawValue& raw) {
  std::vector<std::string> items;
  if (const auto* list = std::get_if<std::vector<std::string>>(&raw)) {
    items = *list;
  } else if (const auto* text = std::get_if<std::string>(&raw)) {
    items = splitAtCommas(*text);
  } else {
    return false;
  }
  for (const std::string& item : items) {
    if (!keepsRule(setting, item)) return false;
  }
  member = std::move(items);
  return true;
}

bool assignTo(const Setting& setting, std::chrono::milliseconds& member, const RawValue& raw) {
  std::optional<double> value;
  if (setting.form == Setting::Form::kDuration) {
    const auto* text = std::get_if<std::string>(&raw);
    const auto duration = text != nullptr ? parseDuration(*text) : std::nullopt;
    if (duration) value = asNumberIn(setting, RawValue(duration->count()), true);
  } else {
    value = asNumberIn(setting, raw, true);
  }
  if (!value) return false;
  member = std::chrono::milliseconds(static_cast<std::int64_t>(*value));
  return true;
}

template <typename Number>
  requires std::is_arithmetic_v<Number>
bool assignTo(const Setting& setting, Number& member, const RawValue& raw) {
  const auto value = asNumberIn(setting, raw, std::is_integral_v<Number>);
  if (!value) return false;
  member = static_cast<Number>(*value);
  return true;
}

template <typename Enum>
  requires std::is_enum_v<Enum>
bool assignTo(const Setting& /*setting*/, Enum& member, const RawValue& raw) {
  const auto* text = std::get_if<std::string>(&raw);
  if (text == nullptr) return false;
  for (const auto& choice : choicesOf(Enum{})) {
    if (choice.name != *text) continue;
    member = choice.value;
    return true;
  }
  return false;
}

std::string inQuotes(std::string_view text) {
  std::string out;
  base::appendJsonString(out, text);  // a TOML basic string takes the same escapes
  return out;
}

/// A URL's `user:password@` with the password hidden.
std::string withoutPassword(std::string url) {
  const std::size_t host = url.find('@');
  const std::size_t user = url.find("://");
  if (host == std::string::npos || user == std::string::npos) return url;
  const std::size_t password = url.find(':', user + 3);
  if (password < host) url.replace(password + 1, host - password - 1, "********");
  return url;
}

std::string show(const Setting& setting, const std::string& value) {
  return setting.form == Setting::Form::kSecret && !value.empty()
             ? inQuotes("********")
             : inQuotes(withoutPassword(value));
}
std::string show(const Setting& /*setting*/, bool value) { return value ? "true" : "false"; }
std::string show(const Setting& /*setting*/, const std::vector<std::string>& value) {
  std::string out;
  base::JsonWriter json(out);
  json.beginArray();
  for (const std::string& item : value) json.string(item);
  json.endArray();
  return out;
}
std::string show(const Setting& setting, std::chrono::milliseconds value) {
  return setting.form == Setting::Form::kDuration ? inQuotes(durationText(value))
                                                  : fmt::format("{}", value.count());
}
template <typename Number>
  requires std::is_arithmetic_v<Number>
std::string show(const Setting& /*setting*/, Number value) {
  return fmt::format("{}", value);
}
template <typename Enum>
  requires std::is_enum_v<Enum>
std::string show(const Setting& /*setting*/, Enum value) {
  for (const auto& choice : choicesOf(value)) {
    if (choice.value == value) return inQuotes(choice.name);
  }
  return inQuotes("");
}

std::string choiceNames(const auto& choices) {
  std::string out;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) out += i + 1 == choices.size() ? " or " : ", ";
    out += choices[i].name;
  }
  return out;
}

}  // namespace

std::string Setting::variable() const {
  std::string out = "ROOKERY_";
  for (const char c : name) {
    const bool isUpper = c >= 'A' && c <= 'Z';
    if (isUpper) out += '_';
    const bool isLower = c >= 'a' && c <= 'z';
    out += c == '.' ? '_' : isLower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string Setting::expectation() const {
  return std::visit(
      [this](auto getter) -> std::string {
        using Value = ValueOf<decltype(getter)>;
        if constexpr (std::is_enum_v<Value>) {
          return choiceNames(choicesOf(Value{}));
        } else if constexpr (std::is_same_v<Value, bool>) {
          return "true or false";
        } else if constexpr (std::is_same_v<Value, std::string>) {
          return ruleText.empty() ? "a text" : std::string(ruleText);
        } else if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
          return fmt::format("a list of {}", ruleText);
        } else if constexpr (std::is_same_v<Value, double>) {
          return fmt::format("a number from {} to {:.0f}", min, max);
        } else {
          if (form == Form::kDuration) {
            const auto text = [](double ms) {
              return durationText(std::chrono::milliseconds(static_cast<std::int64_t>(ms)));
            };
            return fmt::format("a duration like 1d, 12h, 30m, 45s or 500ms, from {} to {}",
                               text(min), text(max));
          }
          return fmt::format("a whole number from {:.0f} to {:.0f}", min, max);
        }
      },
      member);
}

bool Setting::assign(Config& config, const RawValue& value) const {
  return std::visit([&](auto getter) { return assignTo(*this, getter(config), value); }, member);
}

std::string Setting::shown(const Config& config) const {
  Config copy = config;  // the getters want a Config that may be changed
  return std::visit([&](auto getter) { return show(*this, getter(copy)); }, member);
}

const Setting* findSetting(std::string_view name) {
  for (const Setting& setting : settings()) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

}  // namespace rookery::app
