#include "rookery/api/views.h"

#include <algorithm>

#include "rookery/chat/avatars.h"
#include "rookery/chat/message_json.h"

namespace rookery::api {
namespace {

using base::JsonWriter;
using base::ObjectId;

/// What stands for a body that is empty, as a picture without words has it: deployed clients parse
/// every body as a Quill delta.
constexpr std::string_view kEmptyBody = R"({"ops":[{"insert":"\n"}]})";

std::string_view statusName(store::MessageStatus status) {
  switch (status) {
    case store::MessageStatus::kUnread:
      return "unread";
    case store::MessageStatus::kRead:
      return "read";
  }
  return "unread";
}

/// The fields that every kind of user has, within an open object.
void personFields(JsonWriter& json, const store::UserRecord& user, std::string_view publicUrl) {
  json.key("_id").id(user.id).key("username").string(user.username);
  json.key("email").string(user.email);
  json.key("avatar").string(chat::avatarUrl(user.avatar, publicUrl));
}

void writeDeletedUser(JsonWriter& json, const ObjectId& id, std::string_view publicUrl) {
  store::UserRecord nobody;
  nobody.id = id;
  nobody.username = "deleted-user";
  json.beginObject();
  personFields(json, nobody, publicUrl);
  json.endObject();
}

}  // namespace

std::string_view roleName(store::MemberRole role) {
  switch (role) {
    case store::MemberRole::kMember:
      return "member";
    case store::MemberRole::kAdmin:
      return "admin";
  }
  return "member";
}

void writePerson(JsonWriter& json, const store::UserRecord& user, std::string_view publicUrl) {
  json.beginObject();
  personFields(json, user, publicUrl);
  json.endObject();
}

Answered<People> People::read(store::Reader& reader, std::vector<ObjectId> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  auto users = reader.users(ids);
  if (!users) return refuse(users.error());
  People people;
  people.users_.reserve(users->size());
  for (store::UserRecord& user : *users) {
    const ObjectId id = user.id;
    people.users_.emplace(id, std::move(user));
  }
  return people;
}

const store::UserRecord* People::find(const ObjectId& id) const {
  const auto found = users_.find(id);
  return found == users_.end() ? nullptr : &found->second;
}

void writeUser(JsonWriter& json, const store::UserRecord& user, std::string_view publicUrl) {
  json.beginObject();
  personFields(json, user, publicUrl);
  json.key("name").string(user.name).key("about").string(user.about);
  json.key("createdAt").time(user.createdAt).key("updatedAt").time(user.updatedAt).endObject();
}

void Views::user(JsonWriter& json, const ObjectId& id) const {
  const store::UserRecord* const user = people_.find(id);
  if (user == nullptr) return writeDeletedUser(json, id, url_);
  writeUser(json, *user, url_);
}

void Views::person(JsonWriter& json, const ObjectId& id) const {
  const store::UserRecord* const user = people_.find(id);
  if (user == nullptr) return writeDeletedUser(json, id, url_);
  json.beginObject();
  personFields(json, *user, url_);
  json.endObject();
}

void Views::roomFields(JsonWriter& json, const store::RoomRecord& room) const {
  json.key("_id").id(room.id);
  json.key("senderId");
  user(json, room.senderId);
  json.key("recieverId");
  user(json, room.recieverId);
  json.key("status").string(chat::roomStatusText(room.status));
  json.key("createdAt").time(room.createdAt).key("updatedAt").time(room.updatedAt);
}

void Views::room(JsonWriter& json, const store::RoomRecord& room) const {
  json.beginObject();
  roomFields(json, room);
  json.endObject();
}

void Views::room(JsonWriter& json, const store::RoomRecord& room,
                 const store::StoredMessage* lastMessage) const {
  json.beginObject();
  roomFields(json, room);
  json.key("lastMessage");
  if (lastMessage == nullptr) {
    json.null();
  } else {
    message(json, *lastMessage, {});
  }
  json.endObject();
}

void Views::message(JsonWriter& json, const store::StoredMessage& message,
                    const ObjectId& workspace) const {
  json.beginObject().key("_id").id(message.id);
  json.key("body").string(message.body.empty() ? kEmptyBody : std::string_view(message.body));
  json.key("image");
  if (message.image.empty()) {
    json.null();
  } else {
    json.string(message.image);
  }
  json.key("status").string(statusName(message.status)).key("seq").number(message.seq);
  switch (message.kind) {
    case store::ConversationKind::kRoom:
      json.key("roomId").id(message.conversationId);
      break;
    case store::ConversationKind::kChannel:
      json.key("channelId").id(message.conversationId).key("workspaceId").id(workspace);
      break;
  }
  json.key("senderId");
  user(json, message.senderId);
  json.key("createdAt").time(message.createdAt).key("updatedAt").time(message.updatedAt);
  json.endObject();
}

void Views::messages(JsonWriter& json, const std::vector<store::StoredMessage>& all,
                     const ObjectId& workspace) const {
  json.beginArray();
  for (const store::StoredMessage& one : all) message(json, one, workspace);
  json.endArray();
}

Answered<Workspaces> Workspaces::read(store::Reader& reader,
                                      std::vector<store::WorkspaceRecord> workspaces,
                                      std::vector<ObjectId> otherPeople) {
  std::vector<ObjectId> ids;
  ids.reserve(workspaces.size());
  for (const store::WorkspaceRecord& one : workspaces) ids.push_back(one.id);
  auto members = reader.members(ids);
  if (!members) return refuse(members.error());
  auto channels = reader.channels(ids);
  if (!channels) return refuse(channels.error());

  Workspaces result;
  result.workspaces_ = std::move(workspaces);
  for (const store::MemberRecord& member : *members) {
    otherPeople.push_back(member.userId);
    result.members_[member.workspaceId].push_back(member);
  }
  for (store::ChannelRecord& channel : *channels) {
    result.channels_[channel.workspaceId].push_back(std::move(channel));
  }
  Answered<People> people = People::read(reader, std::move(otherPeople));
  if (!people) return tl::unexpected(people.error());
  result.people_ = std::move(*people);
  return result;
}

const store::MemberRecord* Workspaces::member(const ObjectId& workspace,
                                              const ObjectId& user) const {
  const auto found = members_.find(workspace);
  if (found == members_.end()) return nullptr;
  const auto one = std::find_if(found->second.begin(), found->second.end(),
                                [&](const auto& member) { return member.userId == user; });
  return one == found->second.end() ? nullptr : &*one;
}

void Workspaces::write(JsonWriter& json, const store::WorkspaceRecord& workspace,
                       std::string_view publicUrl) const {
  const Views views(people_, publicUrl);
  json.beginObject().key("_id").id(workspace.id).key("name").string(workspace.name);
  json.key("description").string(workspace.description);
  json.key("joinCode").string(workspace.joinCode);
  if (!workspace.image.empty()) json.key("image").string(workspace.image);
  json.key("members").beginArray();
  if (const auto members = members_.find(workspace.id); members != members_.end()) {
    for (const store::MemberRecord& member : members->second) {
      json.beginObject().key("memberId");
      views.person(json, member.userId);
      json.key("role").string(roleName(member.role)).endObject();
    }
  }
  json.endArray().key("channels").beginArray();
  if (const auto channels = channels_.find(workspace.id); channels != channels_.end()) {
    for (const store::ChannelRecord& channel : channels->second) {
      json.beginObject().key("_id").id(channel.id).key("name").string(channel.name).endObject();
    }
  }
  json.endArray();
  json.key("createdAt").time(workspace.createdAt).key("updatedAt").time(workspace.updatedAt);
  json.endObject();
}

}  // namespace rookery::api
