#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rookery/app/config.h"

namespace rookery::app {

/// A value as a source gave it. Text stands for every type: variables and flags have no other. A
/// value that no setting has (a date, a mixed array) is std::monostate.
using RawValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

/// One row of the table that drives files, variables, flags, checks and documents.
/// Thread: any.
struct Setting {
  /// Where the value lies in a Config; the type says how it is read and shown.
  using Member =
      std::variant<std::string& (*)(Config&), bool& (*)(Config&), unsigned& (*)(Config&),
                   std::size_t& (*)(Config&), double& (*)(Config&),
                   std::chrono::milliseconds& (*)(Config&), std::vector<std::string>& (*)(Config&),
                   base::log::Level& (*)(Config&), base::log::Format& (*)(Config&)>;
  enum class Form : std::uint8_t {
    kPlain,
    kDuration,  ///< milliseconds that are written with a unit
    kSecret,    ///< never shown
  };

  std::string_view name;  ///< `section.key`, e.g. `limits.messages.rate`
  Member member;
  Form form = Form::kPlain;
  double min = 0;  ///< of numbers; durations in milliseconds
  double max = 0;
  bool (*rule)(const std::string&) = nullptr;  ///< what a text, or each text of a list, must keep
  std::string_view ruleText = {};              ///< what the rule asks for, e.g. `HOST:PORT`
  std::string_view description = {};

  [[nodiscard]] std::string_view section() const { return name.substr(0, name.find('.')); }
  /// `limits.bodyBytes` → `ROOKERY_LIMITS_BODY_BYTES`.
  [[nodiscard]] std::string variable() const;
  /// What values it takes, for people: `a whole number from 1 to 64`.
  [[nodiscard]] std::string expectation() const;
  /// Puts the value into `config`. False, and nothing is changed, when it is not as expectation()
  /// says.
  [[nodiscard]] bool assign(Config& config, const RawValue& value) const;
  /// The value in `config` as TOML; a secret that is set as asterisks.
  [[nodiscard]] std::string shown(const Config& config) const;
};

/// All settings, those of a section together. Thread: any.
[[nodiscard]] std::span<const Setting> settings();

/// The setting of exactly this name, or nullptr.
[[nodiscard]] const Setting* findSetting(std::string_view name);

}  // namespace rookery::app
