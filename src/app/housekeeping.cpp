#include "rookery/app/housekeeping.h"

#include <chrono>
#include <string>
#include <vector>

#include "rookery/base/log.h"

namespace rookery::app {
namespace {

constexpr std::chrono::hours kEvery{1};
/// An upload is on disk a moment before the store knows it, and one that is on its way is written
/// to all the time: its connection ends when nothing comes for HttpServerContext::requestTimeout.
constexpr base::WallMs kYoungMs = 3'600'000;
constexpr std::size_t kFilesPerLook = 100;

}  // namespace

void Housekeeping::sweep() {
  p_.tokens.forgetExpired(p_.clock.wall());
  if (p_.clock.steady() < next_) return;
  next_ = p_.clock.steady() + kEvery;
  dropExpired();
  retention_.sweep();
  p_.fileThreads.post([this] { sweepFiles(); });
}

void Housekeeping::dropExpired() {
  auto slot = p_.writer.reserve(0);
  if (!slot) return;  // the store is behind: another hour makes no difference
  p_.writer.write(
      std::move(*slot),
      [now = p_.clock.wall(), keepFor = p_.keepSocketsFor](store::Database& database) {
        store::WriteResult result = database.dropExpired(now);
        return result.ok() ? database.dropKeptSockets(now - keepFor.count()) : result;
      },
      [](const store::WriteResult& result) {
        if (!result.ok()) {
          base::log::warn("what has expired is still in the store",
                          {{"error", result.error.message}});
        }
      });
}

void Housekeeping::sweepFiles() {
  std::vector<std::string> ids;
  const auto done =
      p_.files.eachBefore(p_.clock.wall() - kYoungMs, [this, &ids](std::string_view id) {
        if (stopping_) return;
        ids.emplace_back(id);
        if (ids.size() < kFilesPerLook) return;
        removeUnknown(ids);
        ids.clear();
      });
  if (done && !stopping_) removeUnknown(ids);
}

void Housekeeping::removeUnknown(const std::vector<std::string>& ids) {
  using Ids = std::vector<std::string>;
  const base::Result<Ids> unknown =
      calls_.read<Ids>([&ids](store::Reader& reader) -> base::Result<Ids> {
        Ids found;
        for (const std::string& id : ids) {
          const auto file = reader.file(id);
          if (!file) return base::fail(file.error());
          if (!*file) found.push_back(id);
        }
        return found;
      });
  if (!unknown) return;
  for (const std::string& id : *unknown) {
    base::log::info("removing a file that nothing refers to", {{"path", id}});
    static_cast<void>(p_.files.remove(id));  // logged; the next sweep tries again
  }
}

}  // namespace rookery::app
