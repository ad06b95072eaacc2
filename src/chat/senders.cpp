#include "rookery/chat/senders.h"

#include <algorithm>
#include <vector>

#include "rookery/base/json_writer.h"
#include "rookery/chat/user.h"

namespace rookery::chat {

base::Result<Senders> Senders::read(store::Reader& reader,
                                    std::span<const store::StoredMessage> messages,
                                    const std::string& publicUrl) {
  std::vector<base::ObjectId> ids;
  for (const store::StoredMessage& message : messages) ids.push_back(message.senderId);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  const auto users = reader.users(ids);
  if (!users) return base::fail(users.error());
  Senders senders;
  for (const store::UserRecord& user : *users) {
    senders.json_[user.id] = makeUser(user, publicUrl)->json;
  }
  return senders;
}

std::string Senders::json(const base::ObjectId& user) const {
  const auto found = json_.find(user);
  if (found != json_.end()) return found->second;
  std::string text;
  base::JsonWriter(text).beginObject().key("_id").id(user).key("username").string("deleted-user")
      .key("email").string("").key("avatar").string("").endObject();
  return text;
}

}  // namespace rookery::chat
