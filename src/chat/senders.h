#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rookery/base/error.h"
#include "rookery/base/object_id.h"
#include "rookery/store/database.h"

namespace rookery::chat {

/// Who wrote some messages, as payloads show users; read in one statement.
class Senders {
 public:
  [[nodiscard]] static base::Result<Senders> read(store::Reader& reader,
                                                  std::span<const store::StoredMessage> messages,
                                                  const std::string& publicUrl);
  /// `{_id, username, email, avatar}`; of one who is gone what rest.md says.
  [[nodiscard]] std::string json(const base::ObjectId& user) const;

 private:
  std::unordered_map<base::ObjectId, std::string, base::ObjectIdHash> json_;
};

}  // namespace rookery::chat
