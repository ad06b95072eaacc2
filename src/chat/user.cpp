#include "rookery/chat/user.h"

#include "rookery/base/json_writer.h"

namespace rookery::chat {

UserRef makeUser(const store::UserRecord& record, const std::string& publicUrl) {
  auto user = std::make_shared<User>();
  user->id = record.id;
  user->username = record.username;
  user->email = record.email;
  user->disabled = record.disabled;
  user->tokenVersion = record.tokenVersion;
  const bool isOurs = record.avatar.starts_with('/');
  base::JsonWriter json(user->json);
  json.beginObject().key("_id").id(record.id);
  json.key("username").string(record.username);
  json.key("email").string(record.email);
  json.key("avatar").string(isOurs ? publicUrl + record.avatar : record.avatar);
  json.endObject();
  user->json.shrink_to_fit();
  return user;
}

std::string personalRoomName(const User& user) { return user.username + "-" + user.id.hex(); }

}  // namespace rookery::chat
