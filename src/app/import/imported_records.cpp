#include "rookery/app/import/imported_records.h"

#include <fmt/format.h>

#include "rookery/chat/avatars.h"

namespace rookery::app {
namespace {

using base::ErrorCode;
using base::ObjectId;
using base::Result;

/// What deployed clients, which parse every body, show as an empty one (events.md, compatibility).
constexpr const char* kEmptyBody = R"({"ops":[{"insert":"\n"}]})";

tl::unexpected<base::Error> lacks(const char* what) {
  return base::fail(ErrorCode::kInvalidPayload, fmt::format("it has no {}", what));
}

/// The first of them that the document has.
std::optional<ObjectId> idIn(const Document& document, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto id = document.id(name)) return id;
  }
  return std::nullopt;
}

struct Dates {
  base::WallMs createdAt = 0;
  base::WallMs updatedAt = 0;
};

Dates datesOf(const Document& document, const ObjectId& id) {
  const base::WallMs createdAt = document.time("createdAt").value_or(timeOf(id));
  return {createdAt, document.time("updatedAt").value_or(createdAt)};
}

store::RoomStatus statusOf(const Document& document) {
  const std::string status = document.text("status").value_or("");
  if (status == "blocked") return store::RoomStatus::kBlocked;
  if (status == "muted") return store::RoomStatus::kMuted;
  return store::RoomStatus::kActive;
}

}  // namespace

Result<store::UserRecord> userOf(const Document& document) {
  const auto id = document.id("_id");
  if (!id) return lacks("_id");
  store::UserRecord user;
  user.id = *id;
  user.username = document.text("username").value_or("");
  user.email = document.text("email").value_or("");
  if (user.username.empty()) return lacks("username");
  if (user.email.empty()) return lacks("email");
  // Without one nobody can sign in, but the messages keep their sender.
  user.passwordHash = document.text("password").value_or("");
  user.avatar = document.text("avatar").value_or(std::string(chat::kDefaultAvatar));
  user.name = document.text("name").value_or("");
  user.about = document.text("about").value_or("");
  const auto [createdAt, updatedAt] = datesOf(document, *id);
  user.createdAt = createdAt;
  user.updatedAt = updatedAt;
  return user;
}

Result<ImportedWorkspace> workspaceOf(const Document& document) {
  const auto id = document.id("_id");
  if (!id) return lacks("_id");
  ImportedWorkspace made;
  made.record.id = *id;
  made.record.name = document.text("name").value_or("");
  if (made.record.name.empty()) return lacks("name");
  made.record.description = document.text("description").value_or("");
  made.record.joinCode = document.text("joinCode").value_or("");
  const auto [createdAt, updatedAt] = datesOf(document, *id);
  made.record.createdAt = createdAt;
  made.record.updatedAt = updatedAt;
  document.each("members", [&](const Document& entry) {
    const auto userId = idIn(entry, {"memberId", "value", "_id"});
    if (!userId) return;
    const auto role =
        entry.text("role") == "admin" ? store::MemberRole::kAdmin : store::MemberRole::kMember;
    made.members.push_back({*id, *userId, role, createdAt});
  });
  document.each("channels", [&](const Document& entry) {
    if (const auto channel = idIn(entry, {"value", "_id"})) made.channels.push_back(*channel);
  });
  return made;
}

Result<store::ChannelRecord> channelOf(const Document& document) {
  const auto id = document.id("_id");
  if (!id) return lacks("_id");
  store::ChannelRecord channel;
  channel.id = *id;
  channel.workspaceId = document.id("workspaceId").value_or(ObjectId{});
  channel.name = document.text("name").value_or("");
  if (channel.name.empty()) return lacks("name");
  const auto [createdAt, updatedAt] = datesOf(document, *id);
  channel.createdAt = createdAt;
  channel.updatedAt = updatedAt;
  return channel;
}

Result<store::RoomRecord> roomOf(const Document& document) {
  const auto id = document.id("_id");
  if (!id) return lacks("_id");
  const auto sender = document.id("senderId");
  const auto reciever = idIn(document, {"recieverId", "receiverId"});
  if (!sender) return lacks("senderId");
  if (!reciever) return lacks("recieverId");
  store::RoomRecord room;
  room.id = *id;
  room.senderId = *sender;
  room.recieverId = *reciever;
  room.status = statusOf(document);
  const auto [createdAt, updatedAt] = datesOf(document, *id);
  room.createdAt = createdAt;
  room.updatedAt = updatedAt;
  return room;
}

Result<ImportedMessage> messageOf(const Document& document, store::ConversationKind kind) {
  const auto id = document.id("_id");
  if (!id) return lacks("_id");
  const bool isOfRoom = kind == store::ConversationKind::kRoom;
  const auto conversation = document.id(isOfRoom ? "roomId" : "channelId");
  if (!conversation) return lacks(isOfRoom ? "roomId" : "channelId");
  const auto sender = document.id("senderId");
  if (!sender) return lacks("senderId");
  ImportedMessage made;
  made.record.id = *id;
  made.record.conversationId = *conversation;
  made.record.kind = kind;
  made.record.senderId = *sender;
  made.record.createdAt = datesOf(document, *id).createdAt;
  made.record.body = document.text("body").value_or("");
  made.record.image = document.text("image").value_or("");
  made.record.imageKey = document.text("imageKey").value_or("");
  if (made.record.body.empty()) {
    if (made.record.image.empty()) return lacks("body");
    made.record.body = kEmptyBody;
  }
  made.isRead = document.text("status").value_or("read") != "unread";
  return made;
}

}  // namespace rookery::app
