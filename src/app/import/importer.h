#pragma once

#include <string>

#include "rookery/app/admin.h"
#include "rookery/app/store_calls.h"
#include "rookery/base/random.h"
#include "rookery/chat/chat_admin.h"

namespace rookery::app {

/// All of it outlives the call.
struct ImportInto {
  StoreCalls& store;
  base::Random& random;
  chat::ChatAdmin* chat = nullptr;  ///< to be told of what is new; nullptr when no server runs
  std::string stagingPath;          ///< of a file that is made and removed
};

/// Takes over users, workspaces, channels, rooms and messages of the dump at `path`, ids included,
/// group by group: what is there already stays as it is, so an import that was cut off is simply
/// begun again. A room or channel appears with all its messages at once. One that a running server
/// has already gets none: they would come between those of people who are writing.
/// Thread:  as StoreCalls; may take long.
/// Returns: what was done, for people. kInvalidPayload for a path with no dump, kStoreFailed when
///          the store or the file fails on the way.
[[nodiscard]] base::Result<AdminAnswer> importDump(const std::string& path, ImportInto into);

}  // namespace rookery::app
