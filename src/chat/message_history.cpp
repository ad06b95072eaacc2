#include "rookery/chat/message_history.h"

#include "rookery/chat/message_json.h"

namespace rookery::chat {
namespace {

void writeTime(base::JsonWriter& json, std::string_view key, base::WallMs at) {
  json.key(key);
  if (at == 0) {
    json.null();
  } else {
    json.time(at);
  }
}

}  // namespace

base::Result<MessageHistory> MessageHistory::read(store::Reader& reader,
                                                  std::span<const store::StoredMessage> messages,
                                                  const base::ObjectId& user,
                                                  const std::string& publicUrl) {
  MessageHistory history;
  auto senders = Senders::read(reader, messages, publicUrl);
  if (!senders) return base::fail(senders.error());
  history.senders_ = std::move(*senders);
  std::vector<base::ObjectId> ids;
  for (const store::StoredMessage& message : messages) ids.push_back(message.id);
  const auto reactions = reader.reactionsOf(ids, user);
  if (!reactions) return base::fail(reactions.error());
  for (const store::ReactionCount& one : *reactions) {
    std::string& text = history.reactions_[one.messageId];
    if (!text.empty()) text += ',';
    base::JsonWriter json(text);
    json.beginObject().key("emoji").string(one.emoji).key("count").number(one.count);
    json.key("reacted").boolean(one.isOwn).endObject();
  }
  return history;
}

void MessageHistory::write(base::JsonWriter& json, const store::StoredMessage& message,
                           const base::ObjectId& workspace) const {
  beginStored(json, message, workspace, senders_.json(message.senderId));
  writeState(json, message);
  json.endObject();
}

void MessageHistory::writeState(base::JsonWriter& json, const store::StoredMessage& message) const {
  writeTime(json, "editedAt", message.editedAt);
  writeTime(json, "deletedAt", message.deletedAt);
  if (message.deletedBy) json.key("deletedBy").id(*message.deletedBy);
  writeTime(json, "pinnedAt", message.pinnedAt);
  if (message.pinnedBy) json.key("pinnedBy").id(*message.pinnedBy);
  json.key("replyCount").number(message.replyCount);
  writeTime(json, "lastReplyAt", message.lastReplyAt);
  const auto found = reactions_.find(message.id);
  json.key("reactions").raw("[" + (found == reactions_.end() ? "" : found->second) + "]");
}

}  // namespace rookery::chat
