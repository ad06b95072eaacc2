#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rookery/base/error.h"
#include "rookery/store/search.h"

namespace rookery::chat {

/// A query as it was typed, taken apart.
struct ParsedQuery {
  std::vector<store::SearchQuery::Term> terms;
  std::optional<std::string> from;  ///< a user name
  std::optional<std::string> in;    ///< the name of a channel, or an id
  std::optional<base::WallMs> notBefore;
  std::optional<base::WallMs> before;
};

/// kInvalidPayload when there are no words, too many, or a filter that cannot be read.
/// Thread: any.
[[nodiscard]] base::Result<ParsedQuery> parseQuery(std::string_view text);

}  // namespace rookery::chat
