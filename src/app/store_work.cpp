#include "rookery/app/store_work.h"

#include <fmt/format.h>

#include "rookery/store/store_copy.h"

namespace rookery::app {
namespace {

base::Result<AdminAnswer> answer(const base::Result<void>& done, std::string text) {
  if (!done) return base::fail(done.error());
  return AdminAnswer{.userId = {}, .username = {}, .token = {}, .text = std::move(text)};
}

}  // namespace

base::Result<AdminAnswer> workOnStore(const std::string& url, const AdminRequest& request,
                                      bool isServed) {
  using Action = AdminRequest::Action;
  switch (request.action) {
    case Action::kBackup:
      return answer(store::backupStore(url, request.path),
                    fmt::format("the store was copied to {}", request.path));
    case Action::kExport: {
      const auto copied = store::exportStore(url, request.path);
      if (!copied) return base::fail(copied.error());
      return answer({}, fmt::format("{} rows of {} tables were written to {}", copied->rows,
                                    copied->tables, request.path));
    }
    case Action::kVacuum:
      return answer(isServed ? store::vacuumOnline(url) : store::vacuumOffline(url),
                    "free space was given back");
    case Action::kAddUser:
    case Action::kSetPassword:
    case Action::kDisableUser:
    case Action::kMakeAdmin:
    case Action::kIssueToken:
    case Action::kIssueCode:
    case Action::kImport:  // StoreAdmin's: it needs the open store
      break;
  }
  return base::fail(base::ErrorCode::kInternal, "no work on the store as a whole");
}

}  // namespace rookery::app
