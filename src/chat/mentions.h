#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "rookery/base/object_id.h"
#include "rookery/chat/conversation.h"
#include "rookery/chat/user.h"
#include "rookery/socketio/namespace.h"
#include "rookery/store/records.h"

namespace rookery::chat {

/// The names behind an `@` in a text, in their order, doubles included. An `@` that stands behind a
/// letter or a digit belongs to an address. Thread: any.
[[nodiscard]] std::vector<std::string_view> namesIn(std::string_view text);

/// Those of the conversation whom a body names as `@username` (events.md, conversation features),
/// each once, at most kMostMentions: what comes behind is text like any other. Once the
/// conversation is ready. Thread: any.
[[nodiscard]] std::vector<base::ObjectId> mentionsIn(const Conversation& conversation,
                                                     std::string_view body);
inline constexpr std::size_t kMostMentions = 50;

/// `mentioned`; `authorJson` as payloads show users; `commitNo` as EventFrame::tells() has it, or
/// 0. Thread: any.
[[nodiscard]] net::SharedFrame mentionedEvent(socketio::Namespace& nsp,
                                              store::ConversationKind kind,
                                              std::string_view authorJson,
                                              const store::MessageRecord& message,
                                              std::uint64_t commitNo = 0);

/// `mentioned`, to all sockets of `users` but those of its author. Thread: any; after the commit.
void tellMentioned(socketio::Namespace& nsp, const Conversation& conversation, const User& author,
                   const store::MessageRecord& message, std::span<const base::ObjectId> users);

}  // namespace rookery::chat
