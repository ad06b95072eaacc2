#pragma once

#include <optional>
#include <string_view>

#include "rookery/store/database.h"

namespace rookery::chat {

/// The stored message that optimistic events called `text` (TemporaryId); nothing when `text` is
/// no such id, or the message is not stored. Reads what was made around that second.
/// Thread: a reader of the store.
[[nodiscard]] store::Result<std::optional<store::StoredMessage>> messageByTemporaryId(
    store::Reader& reader, std::string_view text);

}  // namespace rookery::chat
