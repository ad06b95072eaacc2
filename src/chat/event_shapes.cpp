#include "rookery/chat/event_shapes.h"

#include "rookery/chat/event_names.h"

namespace rookery::chat {
namespace {

using enum EventShape::Direction;
using enum base::Schema::Form;

constexpr base::Schema kSchemas[] = {
    base::kIdSchema,
    base::kTimeSchema,
    base::kUrlSchema,
    base::kPersonSchema,
    {"True", kJson, R"({"const":true})"},
    {"False", kJson, R"({"const":false})"},
    {"TempId", kJson, R"({"type":"string","pattern":"^temp_\\d{13}_[0-9a-z]{9}$"})"},
    {"Room", kExact,
     "_id:Id senderId:Id recieverId:Id status=active/blocked/muted createdAt:Time updatedAt:Time"},
    {"Channel", kExact, "_id:Id name workspaceId:Id createdAt:Time updatedAt:Time"},
    {"Optimistic", kExact,
     "_id:TempId clientMessageId? seq:Number body image:Text! imageKey:Text! parentId?:Id "
     "mentions?:Id[] status=unread roomId?:Id channelId?:Id workspaceId?:Id senderId:Person "
     "createdAt:Time "
     "updatedAt:Time isOptimistic:True"},
    {"ConfirmedInRoom", kExact,
     "_id:Id tempId:TempId clientMessageId? seq:Number body image:Text! imageKey:Text! "
     "parentId?:Id mentions?:Id[] status=unread/read roomId:Room senderId:Person createdAt:Time "
     "updatedAt:Time "
     "commitNo:Number isConfirmed:True _doc:{_id:Id tempId:TempId roomId:Id body createdAt:Time}"},
    {"ConfirmedInChannel", kExact,
     "_id:Id tempId:TempId clientMessageId? seq:Number body image:Text! imageKey:Text! "
     "parentId?:Id mentions?:Id[] status=unread/read channelId:Channel workspaceId:Id "
     "senderId:Person "
     "createdAt:Time updatedAt:Time commitNo:Number isConfirmed:True "
     "_doc:{_id:Id tempId:TempId channelId:Id body createdAt:Time}"},
    {"Failed", kExact,
     "tempId:TempId clientMessageId? seq:Number roomId?:Id channelId?:Id workspaceId?:Id error "
     "code=STORE_FAILED/OVERLOADED/NOT_FOUND/FORBIDDEN/CONFLICT/INTERNAL retryable:Flag"},
    {"Stored", kExact,
     "_id:Id clientMessageId? seq:Number body image:Text! imageKey:Text! status=unread/read "
     "roomId?:Id channelId?:Id workspaceId?:Id parentId?:Id mentions?:Id[] senderId:Person "
     "createdAt:Time "
     "updatedAt:Time commitNo:Number version:Number"},
    {"History", kExact,
     "_id:Id clientMessageId? seq:Number body image:Text! imageKey:Text! status=unread/read "
     "roomId?:Id channelId?:Id workspaceId?:Id parentId?:Id mentions?:Id[] senderId:Person "
     "createdAt:Time "
     "updatedAt:Time commitNo:Number version:Number editedAt:Time! deletedAt:Time! deletedBy?:Id "
     "pinnedAt:Time! pinnedBy?:Id replyCount:Number lastReplyAt:Time! "
     "reactions:{emoji count:Number reacted:Flag}[]"},
    {"State", kExact, "userId:Id status=online/away/dnd/offline lastSeen:Time!"},
    {"Failure", kExact,
     "success:False message "
     "code=INVALID_PAYLOAD/UNAUTHENTICATED/FORBIDDEN/NOT_FOUND/TOO_LARGE/RATE_LIMITED/CONFLICT/"
     "OVERLOADED/STORE_FAILED/INTERNAL error retryAfterMs?:Number retryable?:True"},
};

// clang-format off
constexpr EventShape kShapes[] = {
    {kReconnected, kToClient, "An earlier socket of the user is still known",
     "message rooms:Text[] previousSocketId"},
    {kAccountLoggedInElsewhere, kToClient, "Another socket of the user has connected",
     "message newSocketId userId:Id timestamp:Time"},
    {kAccountAlreadyLoggedIn, kToClient, "To that other socket",
     "message previousSocketId userId:Id timestamp:Time"},
    {kServerDraining, kToClient, "The server stops: come back later", "retryAfterMs:Number"},
    {kSlowConsumer, kToClient, "Too much waits to be read; the connection ends",
     "queuedBytes:Number limit:Number"},
    {kRateLimited, kToClient, "An event without a callback came too often",
     "event retryAfterMs:Number"},
    {kRenewToken, kToServer, "Another token for this socket", "token", "expiresAt:Time"},
    {kTokenExpiring, kToClient, "The token ends in a minute", "expiresAt:Time"},
    {kUnauthenticated, kToClient, "The token has ended; so does the connection",
     "code=UNAUTHENTICATED message"},
    {kResume, kToServer, "What was missed since these positions", "positions:Any",
     "conversations:Any"},
    {kPendingMessages, kToClient, "What arrived while the user was away, until it is answered",
     "messages:Stored[](..200) more:Flag", "-"},

    {kJoinRoom, kToServer, "Join a room, or the personal one", "roomId",
     "roomId connectedUsers:Number alreadyJoined:Flag lastSeq:Number"},
    {kLeaveRoom, kToServer, "Leave it", "roomId", "roomId"},
    {kRoomMessage, kToServer, "Write to a room",
     "roomId senderId?:Text! body image?:Text! filename?:Text! timeStamp?:Any clientMessageId?:Any "
     "parentId?:Text!",
     "ConfirmedInRoom"},
    {kRoomMessageRecieved, kToClient, "A message, before it is stored", "Optimistic"},
    {kRoomMessageSent, kToClient, "The same, to the socket that wrote it", "Optimistic"},
    {kRoomMessageConfirmed, kToClient, "It is stored", "ConfirmedInRoom"},
    {kRoomMessageFailed, kToClient, "It could not be stored", "Failed"},

    {kJoinChannel, kToServer, "Join a channel", "channelId workspaceId?:Text!",
     "channelId connectedUsers:Number alreadyJoined:Flag lastSeq:Number"},
    {kLeaveChannel, kToServer, "Leave it", "channelId workspaceId?:Text!", "channelId"},
    {kNewMessage, kToServer, "Write to a channel",
     "channelId workspaceId?:Text! senderId?:Text! body image?:Text! filename?:Text! "
     "timeStamp?:Any clientMessageId?:Any parentId?:Text!",
     "ConfirmedInChannel"},
    {kNewMessageReceived, kToClient, "A message, before it is stored", "Optimistic"},
    {kChannelMessageSent, kToClient, "The same, to the socket that wrote it", "Optimistic"},
    {kChannelMessageConfirmed, kToClient, "It is stored", "ConfirmedInChannel"},
    {kChannelMessageFailed, kToClient, "It could not be stored", "Failed"},

    {kTyping, kToServer, "Somebody types, or has stopped",
     "roomId?:Text! channelId?:Text! isTyping:Flag", "Any"},
    {kUserTyping, kToClient, "The same, to the others",
     "roomId?:Id channelId?:Id userId:Id username isTyping:Flag"},
    {kMarkRead, kToServer, "All up to a message is read",
     "roomId?:Text! channelId?:Text! messageId", "roomId?:Id channelId?:Id messageId:Id seq:Number moved:Flag"},
    {kMessageRead, kToClient, "Somebody has read up to a message",
     "roomId?:Id channelId?:Id userId:Id messageId:Id seq:Number readAt:Time commitNo:Number"},
    {kMarkDelivered, kToServer, "All up to a number has arrived",
     "roomId?:Text! channelId?:Text! seq:Number", "roomId?:Id channelId?:Id seq:Number"},
    {kMessageDelivered, kToClient, "Messages have arrived at somebody",
     "roomId:Id userId:Id seq:Number"},
    {kGetUnread, kToServer, "What is not read", "",
     "total:Number conversations:{roomId?:Id channelId?:Id unread:Number lastReadSeq:Number "
     "lastSeq:Number}[]"},
    {kEditMessage, kToServer, "Change what a message says", "messageId body",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag body editedAt:Time! version:Number "
     "commitNo:Number"},
    {kMessageEdited, kToClient, "It says something else",
     "messageId:Id roomId?:Id channelId?:Id seq:Number body mentions?:Id[] editedAt:Time "
     "version:Number commitNo:Number"},
    {kDeleteMessage, kToServer, "Delete a message", "messageId",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag deletedAt:Time version:Number "
     "commitNo:Number"},
    {kMessageDeleted, kToClient, "It is deleted",
     "messageId:Id roomId?:Id channelId?:Id seq:Number deletedBy:Id deletedAt:Time version:Number "
     "commitNo:Number"},
    {kAddReaction, kToServer, "React to a message", "messageId emoji",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag emoji count:Number version:Number "
     "commitNo:Number"},
    {kReactionAdded, kToClient, "Somebody has",
     "messageId:Id roomId?:Id channelId?:Id seq:Number emoji userId:Id count:Number "
     "version:Number commitNo:Number"},
    {kRemoveReaction, kToServer, "Take it back", "messageId emoji",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag emoji count:Number version:Number "
     "commitNo:Number"},
    {kReactionRemoved, kToClient, "Somebody has",
     "messageId:Id roomId?:Id channelId?:Id seq:Number emoji userId:Id count:Number "
     "version:Number commitNo:Number"},
    {kPinMessage, kToServer, "Pin a message", "messageId",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag version:Number commitNo:Number"},
    {kMentioned, kToClient, "A message names the user, wherever he is",
     "messageId:Id roomId?:Id channelId?:Id seq:Number by:Person preview"},
    {kMessagePinned, kToClient, "It is pinned",
     "messageId:Id roomId?:Id channelId?:Id seq:Number pinnedBy:Id pinnedAt:Time version:Number "
     "commitNo:Number"},
    {kUnpinMessage, kToServer, "Unpin it", "messageId",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag version:Number commitNo:Number"},
    {kMessageUnpinned, kToClient, "It is not any more",
     "messageId:Id roomId?:Id channelId?:Id seq:Number unpinnedBy:Id version:Number "
     "commitNo:Number"},
    {kGetMessages, kToServer, "Messages of a conversation, by seq",
     "roomId?:Text! channelId?:Text! before?:Any after?:Any limit?:Any",
     "roomId?:Id channelId?:Id messages:History[] hasMore:Flag"},
    {kGetPins, kToServer, "Its pinned messages", "roomId?:Text! channelId?:Text!",
     "roomId?:Id channelId?:Id messages:History[] hasMore:Flag"},
    {kGetThread, kToServer, "Replies to a message", "messageId before?:Any limit?:Any",
     "roomId?:Id channelId?:Id parent:History messages:History[] hasMore:Flag"},
    {kGetMessageHistory, kToServer, "What a message has said", "messageId",
     "messageId:Id versions:{version:Number body writtenAt:Time}[]"},
    {kSearchMessages, kToServer, "Search in what may be read",
     "query roomId?:Text! channelId?:Text! limit?:Any cursor?:Text!",
     "matches:{message:History snippet}[] nextCursor:Text!"},

    {kWorkspaceUpdated, kToClient, "A workspace was changed or deleted",
     "workspaceId:Id name? description? image?:Text! updatedAt?:Time deleted?:True"},
    {kMemberAdded, kToClient, "Somebody has joined a workspace, or has another role",
     "workspaceId:Id user:Person role=member/admin"},
    {kChannelCreated, kToClient, "A channel was made", "workspaceId:Id channelId:Id name"},
    {kChannelUpdated, kToClient, "It was renamed", "workspaceId:Id channelId:Id name"},
    {kChannelDeleted, kToClient, "It was deleted", "workspaceId:Id channelId:Id"},
    {kRoomUpdated, kToClient, "A room has another status, or is deleted",
     "roomId:Id status=active/blocked/muted deleted:Flag"},

    {kSetPresence, kToServer, "How one is there", "status=online/away/dnd", "Any"},
    {kWatchPresence, kToServer, "Hear how others are there", "userIds:Text[](..500)",
     "presence:State[]"},
    {kUnwatchPresence, kToServer, "Hear it no more", "userIds:Text[](..500)"},
    {kPresenceChanged, kToClient, "Somebody came, went, or is there otherwise", "State"},

    {kOffer, kToServer, "Call somebody", "from:Any to:Any offer:Any",
     "offer:Any from:Any to:Any callId:Id"},
    {kAnswer, kToServer, "Answer a call", "answer:Any from:Any to:Any", "answer:Any from:Any"},
    {kIceCandidate, kBoth, "A candidate, forwarded to the others", "candidate:Any from:Any to:Any",
     "candidate:Any from:Any to:Any"},
    {kRenegotiationNeeded, kToServer, "Ask for another offer", "from:Any to:Any",
     "from:Any to:Any"},
    {kIncomingCallNotification, kToClient, "Somebody calls", "offer:Any from:Any to:Any callId:Id"},
    {kNewAnswer, kToClient, "The call is answered", "answer:Any from:Any"},
    {kNewIceCandidate, kToClient, "As ice-candidate", "candidate:Any from:Any to:Any"},
    {kRenegotiationRequest, kToClient, "Another offer is asked for", "from:Any to:Any"},
};
// clang-format on

static_assert(std::size(kShapes) == kEventNames.size());
static_assert([] {
  for (std::size_t i = 0; i < kEventNames.size(); ++i) {
    if (kShapes[i].name != kEventNames[i].wireName) return false;
  }
  return true;
}());

}  // namespace

std::span<const EventShape> eventShapes() { return kShapes; }
std::span<const base::Schema> eventSchemas() { return kSchemas; }

}  // namespace rookery::chat
