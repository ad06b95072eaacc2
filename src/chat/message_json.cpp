#include "rookery/chat/message_json.h"

#include <fmt/compile.h>

namespace rookery::chat {
namespace {

void writeText(base::JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.string(text);
  }
}

/// Where the message is, as id strings.
void writePlace(base::JsonWriter& json, const Conversation& conversation) {
  if (conversation.isChannel()) {
    json.key("channelId").id(conversation.id());
    json.key("workspaceId").id(conversation.workspaceId());
  } else {
    json.key("roomId").id(conversation.id());
  }
}

void writeContent(base::JsonWriter& json, const store::MessageRecord& message) {
  if (!message.clientMessageId.empty()) {
    json.key("clientMessageId").string(message.clientMessageId);
  }
  json.key("seq").number(message.seq);
  json.key("body").string(message.body);
  writeText(json, "image", message.image);
  writeText(json, "imageKey", message.imageKey);
  if (message.parentId) json.key("parentId").id(*message.parentId);
  writeMentions(json, message);
  json.key("status").string("unread");
}

}  // namespace

void writeMentions(base::JsonWriter& json, const store::MessageRecord& message) {
  if (message.mentions.empty()) return;
  json.key("mentions").beginArray();
  for (const base::ObjectId& user : message.mentions) json.id(user);
  json.endArray();
}

TemporaryId::TemporaryId(const store::MessageRecord& message) {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  constexpr int kLength = 9;
  // 36^9 is near 2^46: mixing spreads the id's counter over all of the characters.
  std::uint64_t mixed = base::ObjectIdHash()(message.id) * 0xD6E8FEB86659FD93ULL;
  mixed ^= mixed >> 32;
  char* end = fmt::format_to(text_.data(), FMT_COMPILE("temp_{}_"), message.createdAt);
  for (int i = 0; i < kLength; ++i) {
    *end++ = kDigits[mixed % kDigits.size()];
    mixed /= kDigits.size();
  }
  size_ = static_cast<std::size_t>(end - text_.data());
}

void writeOptimistic(base::JsonWriter& json, const Conversation& conversation, const User& sender,
                     const store::MessageRecord& message) {
  json.beginObject().key("_id").string(TemporaryId(message).text());
  writeContent(json, message);
  writePlace(json, conversation);
  json.key("senderId").raw(sender.json);
  json.key("createdAt").time(message.createdAt);
  json.key("updatedAt").time(message.createdAt);
  json.key("isOptimistic").boolean(true).endObject();
}

void writeConfirmed(base::JsonWriter& json, const Conversation& conversation, const User& sender,
                    const store::MessageRecord& message, std::uint64_t commitNo) {
  const auto placeJson = conversation.json();
  const ConfirmedPlace place{conversation.kind, conversation.workspaceId(), *placeJson};
  writeConfirmed(json, place, sender.json, message, commitNo);
}

void writeConfirmed(base::JsonWriter& json, const ConfirmedPlace& where,
                    std::string_view senderJson, const store::MessageRecord& message,
                    std::uint64_t commitNo) {
  const TemporaryId tempId(message);
  const bool isChannel = where.kind == store::ConversationKind::kChannel;
  const std::string_view place = isChannel ? "channelId" : "roomId";
  json.beginObject().key("_id").id(message.id);
  json.key("tempId").string(tempId.text());
  writeContent(json, message);
  json.key(place).raw(where.json);
  if (isChannel) json.key("workspaceId").id(where.workspaceId);
  json.key("senderId").raw(senderJson);
  json.key("createdAt").time(message.createdAt);
  json.key("updatedAt").time(message.createdAt);
  json.key("commitNo").number(commitNo);
  json.key("isConfirmed").boolean(true);
  // The deployed web client reads these, an artefact of the server that it was written against.
  json.key("_doc").beginObject().key("_id").id(message.id);
  json.key("tempId").string(tempId.text());
  json.key(place).id(message.conversationId);
  json.key("body").string(message.body);
  json.key("createdAt").time(message.createdAt);
  json.endObject().endObject();
}

void writeStored(base::JsonWriter& json, const store::StoredMessage& message,
                 const base::ObjectId& workspace, std::string_view senderJson) {
  beginStored(json, message, workspace, senderJson);
  json.endObject();
}

void beginStored(base::JsonWriter& json, const store::StoredMessage& message,
                 const base::ObjectId& workspace, std::string_view senderJson) {
  const bool isChannel = message.kind == store::ConversationKind::kChannel;
  json.beginObject().key("_id").id(message.id);
  if (!message.clientMessageId.empty()) {
    json.key("clientMessageId").string(message.clientMessageId);
  }
  json.key("seq").number(message.seq).key("body").string(message.body);
  writeText(json, "image", message.image);
  writeText(json, "imageKey", message.imageKey);
  json.key("status").string(message.status == store::MessageStatus::kRead ? "read" : "unread");
  json.key(isChannel ? "channelId" : "roomId").id(message.conversationId);
  if (!workspace.isNull()) json.key("workspaceId").id(workspace);
  if (message.parentId) json.key("parentId").id(*message.parentId);
  writeMentions(json, message);
  json.key("senderId").raw(senderJson);
  json.key("createdAt").time(message.createdAt);
  json.key("updatedAt").time(message.updatedAt);
  json.key("commitNo").number(message.commitNo).key("version").number(message.version);
}

void writeFailed(base::JsonWriter& json, const Conversation& conversation,
                 const store::MessageRecord& message, const base::Error& error, bool retryable) {
  json.beginObject().key("tempId").string(TemporaryId(message).text());
  if (!message.clientMessageId.empty()) {
    json.key("clientMessageId").string(message.clientMessageId);
  }
  json.key("seq").number(message.seq);
  writePlace(json, conversation);
  json.key("error").string(error.message);
  json.key("code").string(base::codeName(error.code));
  json.key("retryable").boolean(retryable).endObject();
}

std::string_view roomStatusText(store::RoomStatus status) {
  switch (status) {
    case store::RoomStatus::kActive:
      return "active";
    case store::RoomStatus::kBlocked:
      return "blocked";
    case store::RoomStatus::kMuted:
      return "muted";
  }
  return "active";
}

std::string roomJson(const store::RoomRecord& room) {
  std::string text;
  base::JsonWriter json(text);
  json.beginObject().key("_id").id(room.id);
  json.key("senderId").id(room.senderId);
  json.key("recieverId").id(room.recieverId);
  json.key("status").string(roomStatusText(room.status));
  json.key("createdAt").time(room.createdAt);
  json.key("updatedAt").time(room.updatedAt).endObject();
  text.shrink_to_fit();  // kept as long as the room is
  return text;
}

std::string channelJson(const store::ChannelRecord& channel) {
  std::string text;
  base::JsonWriter json(text);
  json.beginObject().key("_id").id(channel.id);
  json.key("name").string(channel.name);
  json.key("workspaceId").id(channel.workspaceId);
  json.key("createdAt").time(channel.createdAt);
  json.key("updatedAt").time(channel.updatedAt).endObject();
  text.shrink_to_fit();
  return text;
}

}  // namespace rookery::chat
