#pragma once

#include "rookery/api/call.h"

/// Channels and the messages of both kinds of conversation (rest.md).
/// Thread: a reader of the store.
namespace rookery::api {

/// A channel with its workspace and its newest page.
[[nodiscard]] Answered<net::HttpResponse> getChannel(const Asked& asked);
[[nodiscard]] Answered<net::HttpResponse> channelMessages(const Asked& asked);
[[nodiscard]] Answered<net::HttpResponse> roomMessages(const Asked& asked);
[[nodiscard]] Answered<net::HttpResponse> lastRoomMessage(const Asked& asked);
/// `{messages, hasMore}` by cursors of seq, for rooms and channels.
[[nodiscard]] Answered<net::HttpResponse> conversationMessages(const Asked& asked);

/// Search in all that the user may read (chat/search.h): `q`, `limit`, `cursor`, and `in` as the
/// id of one conversation.
[[nodiscard]] Answered<net::HttpResponse> search(const Asked& asked);
/// Of a one-to-one room, by its sender. Thread: the call's loop.
void deleteDirectMessage(CallPtr call, store::UserRecord me);

/// The message that the path names, by its id or by the one that optimistic events called it; 404
/// when it is not stored, or deleted. Thread: a reader of the store.
[[nodiscard]] Answered<store::StoredMessage> messageOf(store::Reader& reader,
                                                       const Request& request);
/// The workspace of a conversation in which the user takes part, null for a room; 404 or 401.
[[nodiscard]] Answered<base::ObjectId> workspaceOfOwn(const Asked& asked,
                                                      const std::optional<base::ObjectId>& id);

}  // namespace rookery::api
