#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "rookery/app/config.h"
#include "rookery/base/clock.h"
#include "rookery/base/executor.h"
#include "rookery/store/store_readers.h"
#include "rookery/store/store_writer.h"

namespace rookery::app {

inline constexpr double kMostRetentionDays = 36'500;
inline constexpr double kMostRetentionMessages = 1e12;

/// How long and how many messages of a workspace are kept; 0: for ever, any number.
struct RetentionRule {
  std::uint64_t days = 0;
  std::uint64_t messages = 0;

  [[nodiscard]] bool isOff() const { return days == 0 && messages == 0; }
};

struct RetentionRules {
  RetentionRule all;  ///< of workspaces that have none of their own
  std::unordered_map<base::ObjectId, RetentionRule, base::ObjectIdHash> own;

  [[nodiscard]] static RetentionRules from(const Config::Retention& config);
  [[nodiscard]] const RetentionRule& of(const base::ObjectId& workspace) const;
  [[nodiscard]] bool isOff() const;
};

/// `<workspaceId>=<days>/<messages>`; nothing when `text` is of another form.
struct OwnRetention {
  base::ObjectId workspace;
  RetentionRule rule;

  [[nodiscard]] static std::optional<OwnRetention> parse(const std::string& text);
};

/// Deletes the oldest messages of channels where a rule says so, a slice a commit, so that messages
/// of others pass between. The newest message of a channel stays: its number is where the next one
/// goes on. One-to-one rooms are in no workspace and are left alone.
/// Thread: sweep() the main thread; the rest on `executor` and the writer's.
class Retention {
 public:
  /// All of it outlives the Retention, or is stopped before it.
  struct Parts {
    const base::Clock& clock;
    store::StoreReaders& readers;
    store::StoreWriter& writer;
    base::Executor& executor;  ///< where answers of readers arrive
  };
  Retention(const Parts& parts, RetentionRules rules) : p_(parts), rules_(std::move(rules)) {}

  /// To be called once an hour. Does nothing while an earlier one is still at it.
  void sweep();

 private:
  struct Pass;
  using PassPtr = std::shared_ptr<Pass>;  // shared by what runs one after the other

  void askForCut(const PassPtr& pass);
  void deleteSlice(const PassPtr& pass);
  void end(const base::Error* error);

  const Parts p_;
  const RetentionRules rules_;
  std::atomic<bool> isAtIt_{false};
};

}  // namespace rookery::app
