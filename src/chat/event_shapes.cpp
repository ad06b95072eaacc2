#include "rookery/chat/event_shapes.h"

#include <algorithm>
#include <iterator>

#include "rookery/chat/event_names.h"

namespace rookery::chat {
namespace {

using enum EventShape::Direction;
using enum Permission;
using enum base::Schema::Form;

constexpr base::Schema kSchemas[] = {
    base::kIdSchema,
    base::kGivenIdSchema,
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
    {kRenewToken, kToServer, "Another token for this socket",
     "token(..8192)",
     "expiresAt:Time",
     {"token", kSignedIn, RateClass::kOther}},
    {kTokenExpiring, kToClient, "The token ends in a minute", "expiresAt:Time"},
    {kUnauthenticated, kToClient, "The token has ended; so does the connection",
     "code=UNAUTHENTICATED message"},
    {kResume, kToServer, "What was missed since these positions",
     "positions:{}",
     "conversations:Any",
     {"positions", kTakesPart, RateClass::kOther}},
    {kPendingMessages, kToClient, "What arrived while the user was away, until it is answered",
     "messages:Stored[](..200) more:Flag", "-"},

    {kJoinRoom, kToServer, "Join a room, or the personal one",
     "roomId(..256)",
     "roomId connectedUsers:Number alreadyJoined:Flag lastSeq:Number",
     {"roomId", kTakesPart, RateClass::kJoins}},
    {kLeaveRoom, kToServer, "Leave it",
     "roomId(..256)",
     "roomId",
     {"roomId", kTakesPart, RateClass::kJoins}},
    {kRoomMessage, kToServer, "Write to a room",
     "roomId:GivenId senderId?:GivenId! body image?:Text(..2048)! filename?:Text(..255)! "
     "timeStamp?:Any clientMessageId?:Text(..64)! parentId?:GivenId!",
     "ConfirmedInRoom",
     {"roomId", kTakesPart, RateClass::kMessages}},
    {kRoomMessageRecieved, kToClient, "A message, before it is stored", "Optimistic", "-?"},
    {kRoomMessageSent, kToClient, "The same, to the socket that wrote it", "Optimistic"},
    {kRoomMessageConfirmed, kToClient, "It is stored", "ConfirmedInRoom"},
    {kRoomMessageFailed, kToClient, "It could not be stored", "Failed"},

    {kJoinChannel, kToServer, "Join a channel",
     "channelId:GivenId workspaceId?:GivenId!",
     "channelId connectedUsers:Number alreadyJoined:Flag lastSeq:Number",
     {"channelId", kTakesPart, RateClass::kJoins}},
    {kLeaveChannel, kToServer, "Leave it",
     "channelId:GivenId workspaceId?:GivenId!",
     "channelId",
     {"channelId", kTakesPart, RateClass::kJoins}},
    {kNewMessage, kToServer, "Write to a channel",
     "channelId:GivenId workspaceId?:GivenId! senderId?:GivenId! body image?:Text(..2048)! "
     "filename?:Text(..255)! timeStamp?:Any clientMessageId?:Text(..64)! parentId?:GivenId!",
     "ConfirmedInChannel",
     {"channelId", kTakesPart, RateClass::kMessages}},
    {kNewMessageReceived, kToClient, "A message, before it is stored", "Optimistic", "-?"},
    {kChannelMessageSent, kToClient, "The same, to the socket that wrote it", "Optimistic"},
    {kChannelMessageConfirmed, kToClient, "It is stored", "ConfirmedInChannel"},
    {kChannelMessageFailed, kToClient, "It could not be stored", "Failed"},

    {kTyping, kToServer, "Somebody types, or has stopped",
     "roomId?:GivenId! channelId?:GivenId! isTyping:Flag",
     "Any",
     {"roomId or channelId", kTakesPart, RateClass::kTypingEvents}},
    {kUserTyping, kToClient, "The same, to the others",
     "roomId?:Id channelId?:Id userId:Id username isTyping:Flag"},
    {kMarkRead, kToServer, "All up to a message is read",
     "roomId?:GivenId! channelId?:GivenId! messageId:GivenId",
     "roomId?:Id channelId?:Id messageId:Id seq:Number moved:Flag",
     {"roomId or channelId", kTakesPart, RateClass::kOther}},
    {kMessageRead, kToClient, "Somebody has read up to a message",
     "roomId?:Id channelId?:Id userId:Id messageId:Id seq:Number readAt:Time commitNo:Number"},
    {kMarkDelivered, kToServer, "All up to a number has arrived",
     "roomId?:GivenId! channelId?:GivenId! seq:Number",
     "roomId?:Id channelId?:Id seq:Number",
     {"roomId or channelId", kTakesPart, RateClass::kOther}},
    {kMessageDelivered, kToClient, "Messages have arrived at somebody",
     "roomId:Id userId:Id seq:Number"},
    {kGetUnread, kToServer, "What is not read",
     "",
     "total:Number conversations:{roomId?:Id channelId?:Id unread:Number lastReadSeq:Number "
     "lastSeq:Number}[]",
     {"", kSignedIn, RateClass::kOther}},
    {kEditMessage, kToServer, "Change what a message says",
     "messageId:GivenId body",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag body editedAt:Time! version:Number "
     "commitNo:Number",
     {"messageId and body", kSender, RateClass::kOther}},
    {kMessageEdited, kToClient, "It says something else",
     "messageId:Id roomId?:Id channelId?:Id seq:Number body mentions?:Id[] editedAt:Time "
     "version:Number commitNo:Number"},
    {kDeleteMessage, kToServer, "Delete a message",
     "messageId:GivenId",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag deletedAt:Time version:Number "
     "commitNo:Number",
     {"messageId", kSenderOrAdmin, RateClass::kOther}},
    {kMessageDeleted, kToClient, "It is deleted",
     "messageId:Id roomId?:Id channelId?:Id seq:Number deletedBy:Id deletedAt:Time version:Number "
     "commitNo:Number"},
    {kAddReaction, kToServer, "React to a message",
     "messageId:GivenId emoji(..64)",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag emoji count:Number version:Number "
     "commitNo:Number",
     {"messageId and emoji", kTakesPart, RateClass::kOther}},
    {kReactionAdded, kToClient, "Somebody has",
     "messageId:Id roomId?:Id channelId?:Id seq:Number emoji userId:Id count:Number "
     "version:Number commitNo:Number"},
    {kRemoveReaction, kToServer, "Take it back",
     "messageId:GivenId emoji(..64)",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag emoji count:Number version:Number "
     "commitNo:Number",
     {"messageId and emoji", kTakesPart, RateClass::kOther}},
    {kReactionRemoved, kToClient, "Somebody has",
     "messageId:Id roomId?:Id channelId?:Id seq:Number emoji userId:Id count:Number "
     "version:Number commitNo:Number"},
    {kPinMessage, kToServer, "Pin a message",
     "messageId:GivenId",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag version:Number commitNo:Number",
     {"messageId", kTakesPart, RateClass::kOther}},
    {kMentioned, kToClient, "A message names the user, wherever he is",
     "messageId:Id roomId?:Id channelId?:Id seq:Number by:Person preview"},
    {kMessagePinned, kToClient, "It is pinned",
     "messageId:Id roomId?:Id channelId?:Id seq:Number pinnedBy:Id pinnedAt:Time version:Number "
     "commitNo:Number"},
    {kUnpinMessage, kToServer, "Unpin it",
     "messageId:GivenId",
     "messageId:Id roomId?:Id channelId?:Id changed:Flag version:Number commitNo:Number",
     {"messageId", kTakesPart, RateClass::kOther}},
    {kMessageUnpinned, kToClient, "It is not any more",
     "messageId:Id roomId?:Id channelId?:Id seq:Number unpinnedBy:Id version:Number "
     "commitNo:Number"},
    {kGetMessages, kToServer, "Messages of a conversation, by seq",
     "roomId?:GivenId! channelId?:GivenId! before?:Number! after?:Number! limit?:Number!",
     "roomId?:Id channelId?:Id messages:History[] hasMore:Flag",
     {"roomId or channelId", kTakesPart, RateClass::kOther}},
    {kGetPins, kToServer, "Its pinned messages",
     "roomId?:GivenId! channelId?:GivenId!",
     "roomId?:Id channelId?:Id messages:History[] hasMore:Flag",
     {"roomId or channelId", kTakesPart, RateClass::kOther}},
    {kGetThread, kToServer, "Replies to a message",
     "messageId:GivenId before?:Number! limit?:Number!",
     "roomId?:Id channelId?:Id parent:History messages:History[] hasMore:Flag",
     {"messageId", kTakesPart, RateClass::kOther}},
    {kGetMessageHistory, kToServer, "What a message has said",
     "messageId:GivenId",
     "messageId:Id versions:{version:Number body writtenAt:Time}[]",
     {"messageId", kTakesPart, RateClass::kOther}},
    {kSearchMessages, kToServer, "Search in what may be read",
     "query(..500) roomId?:GivenId! channelId?:GivenId! limit?:Number! cursor?:Text(..20)!",
     "matches:{message:History snippet}[] nextCursor:Text!",
     {"query", kSignedIn, RateClass::kOther}},

    {kWorkspaceUpdated, kToClient, "A workspace was changed or deleted",
     "workspaceId:Id name? description? image?:Text! updatedAt?:Time deleted?:True"},
    {kMemberAdded, kToClient, "Somebody has joined a workspace, or has another role",
     "workspaceId:Id user:Person role=member/admin"},
    {kChannelCreated, kToClient, "A channel was made", "workspaceId:Id channelId:Id name"},
    {kChannelUpdated, kToClient, "It was renamed", "workspaceId:Id channelId:Id name"},
    {kChannelDeleted, kToClient, "It was deleted", "workspaceId:Id channelId:Id"},
    {kRoomUpdated, kToClient, "A room has another status, or is deleted",
     "roomId:Id status=active/blocked/muted deleted:Flag"},

    {kSetPresence, kToServer, "How one is there",
     "status=online/away/dnd",
     "Any",
     {"status", kSignedIn, RateClass::kOther}},
    {kWatchPresence, kToServer, "Hear how others are there",
     "userIds:GivenId[](..500)",
     "presence:State[]",
     {"userIds", kSignedIn, RateClass::kOther}},
    {kUnwatchPresence, kToServer, "Hear it no more",
     "userIds:GivenId[](..500)",
     "",
     {"userIds", kSignedIn, RateClass::kOther}},
    {kPresenceChanged, kToClient, "Somebody came, went, or is there otherwise", "State"},

    {kOffer, kToServer, "Call somebody",
     "from:{id:GivenId} to:{user:{id:GivenId} room?:Text(..256)!} offer:{}",
     "offer:Any from:Any to:Any callId:Id",
     {"from and to", kShares, RateClass::kCalls}},
    {kAnswer, kToServer, "Answer a call",
     "from:{id:GivenId} to:{user?:{id:GivenId}! room?:Text(..256)!} answer:{}",
     "answer:Any from:Any",
     {"from and to", kInCall, RateClass::kCalls}},
    {kIceCandidate, kBoth, "A candidate, forwarded to the others",
     "from:{id:GivenId} to:{user?:{id:GivenId}! room?:Text(..256)!} candidate:{}",
     "candidate:Any from:Any to:Any",
     {"from and to", kShares, RateClass::kCalls}},
    {kRenegotiationNeeded, kToServer, "Ask for another offer",
     "from:{id:GivenId} to:{user?:{id:GivenId}! room?:Text(..256)!}",
     "from:Any to:Any",
     {"from and to", kShares, RateClass::kCalls}},
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
const EventShape* findEventShape(std::string_view name) {
  const auto* const at = std::find_if(std::begin(kShapes), std::end(kShapes),
                                      [&](const EventShape& one) { return one.name == name; });
  return at == std::end(kShapes) ? nullptr : at;
}
std::span<const base::Schema> eventSchemas() { return kSchemas; }

}  // namespace rookery::chat
