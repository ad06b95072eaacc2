#include "rookery/app/retention.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "rookery/base/log.h"

namespace rookery::app {
namespace {

constexpr base::WallMs kDayMs = 86'400'000;
constexpr std::size_t kSliceBytes = 64 * 1024;  // of the writer's queue: a slice is long

/// Takes a number of at most `most` off the front.
bool takeNumber(std::string_view& text, double most, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || static_cast<double>(out) > most) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

RetentionRules RetentionRules::from(const Config::Retention& config) {
  RetentionRules rules{.all = {config.days, config.messages}, .own = {}};
  for (const std::string& text : config.workspaces) {
    if (const auto own = OwnRetention::parse(text)) {
      rules.own.insert_or_assign(own->workspace, own->rule);
    }
  }
  return rules;
}

const RetentionRule& RetentionRules::of(const base::ObjectId& workspace) const {
  const auto at = own.find(workspace);
  return at == own.end() ? all : at->second;
}

bool RetentionRules::isOff() const {
  return all.isOff() &&
         std::ranges::all_of(own, [](const auto& one) { return one.second.isOff(); });
}

std::optional<OwnRetention> OwnRetention::parse(const std::string& text) {
  const std::size_t mark = text.find('=');
  if (mark == std::string::npos) return std::nullopt;
  const auto workspace = base::ObjectId::parse(text.substr(0, mark));
  if (!workspace) return std::nullopt;
  OwnRetention own{*workspace, {}};
  std::string_view rest = std::string_view(text).substr(mark + 1);
  if (!takeNumber(rest, kMostRetentionDays, own.rule.days) || !rest.starts_with('/'))
    return std::nullopt;
  rest.remove_prefix(1);
  if (!takeNumber(rest, kMostRetentionMessages, own.rule.messages) || !rest.empty())
    return std::nullopt;
  return own;
}

struct Retention::Pass {
  std::vector<base::ObjectId> workspaces;  ///< those that are still to be looked at, the next last
  base::ObjectId cut;                      ///< messages up to this id go
  std::uint64_t deleted = 0;               ///< in this workspace
};

void Retention::sweep() {
  if (rules_.isOff() || isAtIt_.exchange(true)) return;
  using Ids = std::vector<base::ObjectId>;
  p_.readers.query<Ids>(
      p_.executor, [](store::Reader& reader) { return reader.workspaceIds(); },
      [this](base::Result<Ids> all) {
        const auto pass = std::make_shared<Pass>();
        if (!all) return end(&all.error());
        pass->workspaces = std::move(*all);
        std::erase_if(pass->workspaces, [this](const auto& id) { return rules_.of(id).isOff(); });
        askForCut(pass);
      });
}

void Retention::askForCut(const PassPtr& pass) {
  if (pass->workspaces.empty()) return end(nullptr);
  const RetentionRule rule = rules_.of(pass->workspaces.back());
  const base::WallMs oldest =
      rule.days == 0 ? 0 : p_.clock.wall() - static_cast<base::WallMs>(rule.days) * kDayMs;
  using Cut = std::optional<base::ObjectId>;
  p_.readers.query<Cut>(
      p_.executor,
      [workspace = pass->workspaces.back(), rule, oldest](store::Reader& reader) {
        return reader.retentionCut(workspace, rule.messages, oldest);
      },
      [this, pass](const base::Result<Cut>& cut) {
        if (!cut) return end(&cut.error());
        if (*cut) {
          pass->cut = **cut;
          return deleteSlice(pass);
        }
        pass->workspaces.pop_back();
        askForCut(pass);
      });
}

void Retention::deleteSlice(const PassPtr& pass) {
  auto slot = p_.writer.reserve(kSliceBytes);
  if (!slot) return end(&slot.error());
  const auto count = std::make_shared<std::uint64_t>(0);
  p_.writer.write(
      std::move(*slot),
      [workspace = pass->workspaces.back(), cut = pass->cut, count](store::Database& database) {
        return database.deleteOldest(workspace, cut, *count);
      },
      [this, pass, count](const store::WriteResult& result) {
        if (!result.ok()) return end(&result.error);
        pass->deleted += *count;
        if (*count > 0) return deleteSlice(pass);
        if (pass->deleted > 0) {
          base::log::info("deleted messages that are kept no longer",
                          {{"workspace", pass->workspaces.back().hex()},
                           {"messages", std::exchange(pass->deleted, 0)}});
        }
        pass->workspaces.pop_back();
        askForCut(pass);
      });
}

void Retention::end(const base::Error* error) {
  isAtIt_.store(false);
  if (error == nullptr) return;
  base::log::warn("messages that are kept no longer are left until the next hour",
                  {{"error", error->message}});
}

}  // namespace rookery::app
