#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rookery/base/error.h"
#include "rookery/store/database.h"

namespace rookery::chat {

/// What is asked of search (events.md, searchMessages; rest.md, /search).
struct SearchRequest {
  std::string query;
  std::optional<store::ObjectId> conversation;  ///< this one alone
  std::uint32_t limit = 20;
  std::string cursor;  ///< of the answer before; empty: from the newest
};

/// Looks through all that `user` may read: his rooms and the channels of his workspaces.
/// `query` has words, "phrases", beginnings*, and from:name, in:channel-or-id, before:2026-01-31,
/// after:2026-01-31 (UTC days); a message has to have all of it. Letters of any language, without
/// regard to case.
/// Thread: a reader's. Returns the answer, a JSON object `{matches: [{message, snippet}],
/// nextCursor}`, newest first; a snippet is HTML in which `<mark>` stands around what was found.
/// Errors: kInvalidPayload for a query without words, or a filter or cursor that says nothing;
/// kForbidden for a conversation that the user may not read.
[[nodiscard]] base::Result<std::string> searchMessages(store::Reader& reader,
                                                       const store::ObjectId& user,
                                                       const SearchRequest& request,
                                                       const std::string& publicUrl);

}  // namespace rookery::chat
