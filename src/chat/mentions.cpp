#include "rookery/chat/mentions.h"

#include <algorithm>
#include <memory>

#include "rookery/base/planted.h"
#include "rookery/chat/account_rules.h"
#include "rookery/chat/conversation_access.h"
#include "rookery/chat/conversations.h"
#include "rookery/chat/event_names.h"
#include "rookery/chat/message_text.h"
#include "rookery/socketio/frames.h"

namespace rookery::chat {
namespace {

constexpr std::size_t kPreviewCharacters = 140;
constexpr std::size_t kMostNames = 4 * kMostMentions;  // that are looked up for one body

bool isPartOfWord(char c) {
  return isUsernameCharacter(c) || static_cast<unsigned char>(c) >= 0x80;  // letters of elsewhere
}

/// Whom the name means. A name may end a sentence: then the dot is none of it.
std::optional<base::ObjectId> userOf(const Usernames& names, std::string_view name) {
  for (; !name.empty(); name.remove_suffix(1)) {
    // A run of any length may stand there; what is longer than a name is not worth a look.
    if (name.size() <= kMaxUsername) {
      if (const auto user = names.find(name)) return user;
    }
    if (name.back() != '.' && name.back() != '-' && name.back() != '_') break;
  }
  return std::nullopt;
}

/// The beginning, cut between characters.
std::string_view preview(std::string_view text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
    if (begins && characters++ == kPreviewCharacters) return text.substr(0, i);
  }
  return text;
}

}  // namespace

std::vector<std::string_view> namesIn(std::string_view text) {
  std::vector<std::string_view> names;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at > 0 && isPartOfWord(text[at - 1])) continue;
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at) + 1;
    const auto end = std::find_if_not(begin, text.end(), isUsernameCharacter);
    const auto length = static_cast<std::size_t>(end - begin);
    if (length >= kMinUsername) names.push_back(text.substr(at + 1, length));
  }
  return names;
}

std::vector<base::ObjectId> mentionsIn(const Conversation& conversation, std::string_view body) {
  std::vector<base::ObjectId> users;
  if (body.find('@') == std::string_view::npos) return users;
  const std::string text = readableText(body);
  std::vector<std::string_view> names = namesIn(text);
  if (names.size() > kMostNames) names.resize(kMostNames);
  for (const std::string_view name : names) {
    if (users.size() == kMostMentions) break;
    const auto user = userOf(*conversation.names, name);
    const bool isNew = user && std::find(users.begin(), users.end(), *user) == users.end();
    if (isNew) users.push_back(*user);
  }
  return users;
}

net::SharedFrame mentionedEvent(socketio::Namespace& nsp, store::ConversationKind kind,
                                std::string_view authorJson, const store::MessageRecord& message,
                                std::uint64_t commitNo) {
  socketio::EventFrame frame(nsp, kMentioned);
  base::JsonWriter& json = frame.args().beginObject();
  json.key("messageId").id(message.id);
  json.key(conversationKey(kind)).id(message.conversationId);
  json.key("seq").number(message.seq);
  json.key("by").raw(authorJson);
  json.key("preview").string(preview(readableText(message.body))).endObject();
  if (commitNo != 0) frame.tells(commitNo);
  return frame.finish();
}

void tellMentioned(socketio::Namespace& nsp, const Conversation& conversation, const User& author,
                   const store::MessageRecord& message, std::span<const base::ObjectId> users) {
  if (users.empty() || base::isPlanted(base::PlantedBug::kMentionLost)) return;
  auto step = std::make_shared<socketio::Broadcast>();
  for (const base::ObjectId& user : users) {
    if (user != author.id) step->rooms.push_back(nsp.room(userRoomKey(user)));
  }
  if (step->rooms.empty()) return;
  step->frame = mentionedEvent(nsp, conversation.kind, author.json, message);
  nsp.post(std::move(step));
}

}  // namespace rookery::chat
