#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// The names of the events that the server takes and sends, spelt as the deployed clients spell
/// them (events.md): each stands here and nowhere else. The constants for front-end developers,
/// clients/js/events.mjs, are printed from the table below (`rookery describe constants`).
namespace rookery::chat {

/// Connection.
inline constexpr std::string_view kReconnected = "reconnected";
inline constexpr std::string_view kAccountLoggedInElsewhere = "accountLoggedInElsewhere";
inline constexpr std::string_view kAccountAlreadyLoggedIn = "accountAlreadyLoggedIn";
inline constexpr std::string_view kServerDraining = "serverDraining";
inline constexpr std::string_view kSlowConsumer = "slowConsumer";
inline constexpr std::string_view kRateLimited = "rateLimited";
inline constexpr std::string_view kRenewToken = "renewToken";
inline constexpr std::string_view kTokenExpiring = "tokenExpiring";
inline constexpr std::string_view kUnauthenticated = "unauthenticated";
inline constexpr std::string_view kResume = "resume";
inline constexpr std::string_view kPendingMessages = "pendingMessages";

/// Rooms: one-to-one.
inline constexpr std::string_view kJoinRoom = "joinRoom";
inline constexpr std::string_view kLeaveRoom = "leaveRoom";
inline constexpr std::string_view kRoomMessage = "roomMessage";
inline constexpr std::string_view kRoomMessageRecieved = "roomMessageRecieved";
inline constexpr std::string_view kRoomMessageSent = "roomMessageSent";
inline constexpr std::string_view kRoomMessageConfirmed = "roomMessageConfirmed";
inline constexpr std::string_view kRoomMessageFailed = "roomMessageFailed";

/// Channels: groups.
inline constexpr std::string_view kJoinChannel = "JoinChannel";
inline constexpr std::string_view kLeaveChannel = "LeaveChannel";
inline constexpr std::string_view kNewMessage = "NewMessage";
inline constexpr std::string_view kNewMessageReceived = "NewMessageReceived";
inline constexpr std::string_view kChannelMessageSent = "channelMessageSent";
inline constexpr std::string_view kChannelMessageConfirmed = "channelMessageConfirmed";
inline constexpr std::string_view kChannelMessageFailed = "channelMessageFailed";

/// What goes on in a conversation.
inline constexpr std::string_view kTyping = "typing";
inline constexpr std::string_view kUserTyping = "userTyping";
inline constexpr std::string_view kMarkRead = "markRead";
inline constexpr std::string_view kMessageRead = "messageRead";
inline constexpr std::string_view kMarkDelivered = "markDelivered";
inline constexpr std::string_view kMessageDelivered = "messageDelivered";
inline constexpr std::string_view kGetUnread = "getUnread";

/// What becomes of a message.
inline constexpr std::string_view kEditMessage = "editMessage";
inline constexpr std::string_view kMessageEdited = "messageEdited";
inline constexpr std::string_view kDeleteMessage = "deleteMessage";
inline constexpr std::string_view kMessageDeleted = "messageDeleted";
inline constexpr std::string_view kAddReaction = "addReaction";
inline constexpr std::string_view kReactionAdded = "reactionAdded";
inline constexpr std::string_view kRemoveReaction = "removeReaction";
inline constexpr std::string_view kReactionRemoved = "reactionRemoved";
inline constexpr std::string_view kPinMessage = "pinMessage";
inline constexpr std::string_view kMentioned = "mentioned";
inline constexpr std::string_view kMessagePinned = "messagePinned";
inline constexpr std::string_view kUnpinMessage = "unpinMessage";
inline constexpr std::string_view kMessageUnpinned = "messageUnpinned";
inline constexpr std::string_view kGetMessages = "getMessages";
inline constexpr std::string_view kGetPins = "getPins";
inline constexpr std::string_view kGetThread = "getThread";
inline constexpr std::string_view kGetMessageHistory = "getMessageHistory";
inline constexpr std::string_view kSearchMessages = "searchMessages";

/// What administration changed.
inline constexpr std::string_view kWorkspaceUpdated = "workspaceUpdated";
inline constexpr std::string_view kMemberAdded = "memberAdded";
inline constexpr std::string_view kChannelCreated = "channelCreated";
inline constexpr std::string_view kChannelUpdated = "channelUpdated";
inline constexpr std::string_view kChannelDeleted = "channelDeleted";
inline constexpr std::string_view kRoomUpdated = "roomUpdated";

/// Who is there.
inline constexpr std::string_view kSetPresence = "setPresence";
inline constexpr std::string_view kWatchPresence = "watchPresence";
inline constexpr std::string_view kUnwatchPresence = "unwatchPresence";
inline constexpr std::string_view kPresenceChanged = "presenceChanged";

/// Calls: signalling.
inline constexpr std::string_view kOffer = "offer";
inline constexpr std::string_view kAnswer = "answer";
inline constexpr std::string_view kIceCandidate = "ice-candidate";  ///< taken, and sent as well
inline constexpr std::string_view kRenegotiationNeeded = "renegotiation-needed";
inline constexpr std::string_view kIncomingCallNotification = "IncomingCallNotification";
inline constexpr std::string_view kNewAnswer = "newAnswer";
inline constexpr std::string_view kNewIceCandidate = "newIce-candidate";
inline constexpr std::string_view kRenegotiationRequest = "renegotiation-request";

enum class EventGroup : std::uint8_t {
  kConnection,
  kRoom,
  kChannel,
  kConversation,
  kWorkspace,
  kPresence,
  kCall,
};

inline constexpr std::array kEventGroups = {
    EventGroup::kConnection, EventGroup::kRoom,     EventGroup::kChannel, EventGroup::kConversation,
    EventGroup::kWorkspace,  EventGroup::kPresence, EventGroup::kCall};

/// The group as the generated files name it.
[[nodiscard]] constexpr std::string_view eventGroupName(EventGroup group) {
  switch (group) {
    case EventGroup::kConnection:
      return "connection";
    case EventGroup::kRoom:
      return "room";
    case EventGroup::kChannel:
      return "channel";
    case EventGroup::kConversation:
      return "conversation";
    case EventGroup::kWorkspace:
      return "workspace";
    case EventGroup::kPresence:
      return "presence";
    case EventGroup::kCall:
      return "call";
  }
  return "";
}

struct EventName {
  EventGroup group;
  std::string_view constantName;  ///< in the generated files
  std::string_view wireName;
};

inline constexpr std::array kEventNames = {
    EventName{EventGroup::kConnection, "RECONNECTED", kReconnected},
    EventName{EventGroup::kConnection, "ACCOUNT_LOGGED_IN_ELSEWHERE", kAccountLoggedInElsewhere},
    EventName{EventGroup::kConnection, "ACCOUNT_ALREADY_LOGGED_IN", kAccountAlreadyLoggedIn},
    EventName{EventGroup::kConnection, "SERVER_DRAINING", kServerDraining},
    EventName{EventGroup::kConnection, "SLOW_CONSUMER", kSlowConsumer},
    EventName{EventGroup::kConnection, "RATE_LIMITED", kRateLimited},
    EventName{EventGroup::kConnection, "RENEW_TOKEN", kRenewToken},
    EventName{EventGroup::kConnection, "TOKEN_EXPIRING", kTokenExpiring},
    EventName{EventGroup::kConnection, "UNAUTHENTICATED", kUnauthenticated},
    EventName{EventGroup::kConnection, "RESUME", kResume},
    EventName{EventGroup::kConnection, "PENDING_MESSAGES", kPendingMessages},

    EventName{EventGroup::kRoom, "JOIN_ROOM", kJoinRoom},
    EventName{EventGroup::kRoom, "LEAVE_ROOM", kLeaveRoom},
    EventName{EventGroup::kRoom, "ROOM_MESSAGE", kRoomMessage},
    EventName{EventGroup::kRoom, "ROOM_MESSAGE_RECIEVED", kRoomMessageRecieved},
    EventName{EventGroup::kRoom, "ROOM_MESSAGE_SENT", kRoomMessageSent},
    EventName{EventGroup::kRoom, "ROOM_MESSAGE_CONFIRMED", kRoomMessageConfirmed},
    EventName{EventGroup::kRoom, "ROOM_MESSAGE_FAILED", kRoomMessageFailed},

    EventName{EventGroup::kChannel, "JOIN_CHANNEL", kJoinChannel},
    EventName{EventGroup::kChannel, "LEAVE_CHANNEL", kLeaveChannel},
    EventName{EventGroup::kChannel, "NEW_MESSAGE", kNewMessage},
    EventName{EventGroup::kChannel, "NEW_MESSAGE_RECEIVED", kNewMessageReceived},
    EventName{EventGroup::kChannel, "CHANNEL_MESSAGE_SENT", kChannelMessageSent},
    EventName{EventGroup::kChannel, "CHANNEL_MESSAGE_CONFIRMED", kChannelMessageConfirmed},
    EventName{EventGroup::kChannel, "CHANNEL_MESSAGE_FAILED", kChannelMessageFailed},

    EventName{EventGroup::kConversation, "TYPING", kTyping},
    EventName{EventGroup::kConversation, "USER_TYPING", kUserTyping},
    EventName{EventGroup::kConversation, "MARK_READ", kMarkRead},
    EventName{EventGroup::kConversation, "MESSAGE_READ", kMessageRead},
    EventName{EventGroup::kConversation, "MARK_DELIVERED", kMarkDelivered},
    EventName{EventGroup::kConversation, "MESSAGE_DELIVERED", kMessageDelivered},
    EventName{EventGroup::kConversation, "GET_UNREAD", kGetUnread},
    EventName{EventGroup::kConversation, "EDIT_MESSAGE", kEditMessage},
    EventName{EventGroup::kConversation, "MESSAGE_EDITED", kMessageEdited},
    EventName{EventGroup::kConversation, "DELETE_MESSAGE", kDeleteMessage},
    EventName{EventGroup::kConversation, "MESSAGE_DELETED", kMessageDeleted},
    EventName{EventGroup::kConversation, "ADD_REACTION", kAddReaction},
    EventName{EventGroup::kConversation, "REACTION_ADDED", kReactionAdded},
    EventName{EventGroup::kConversation, "REMOVE_REACTION", kRemoveReaction},
    EventName{EventGroup::kConversation, "REACTION_REMOVED", kReactionRemoved},
    EventName{EventGroup::kConversation, "PIN_MESSAGE", kPinMessage},
    EventName{EventGroup::kConversation, "MENTIONED", kMentioned},
    EventName{EventGroup::kConversation, "MESSAGE_PINNED", kMessagePinned},
    EventName{EventGroup::kConversation, "UNPIN_MESSAGE", kUnpinMessage},
    EventName{EventGroup::kConversation, "MESSAGE_UNPINNED", kMessageUnpinned},
    EventName{EventGroup::kConversation, "GET_MESSAGES", kGetMessages},
    EventName{EventGroup::kConversation, "GET_PINS", kGetPins},
    EventName{EventGroup::kConversation, "GET_THREAD", kGetThread},
    EventName{EventGroup::kConversation, "GET_MESSAGE_HISTORY", kGetMessageHistory},
    EventName{EventGroup::kConversation, "SEARCH_MESSAGES", kSearchMessages},

    EventName{EventGroup::kWorkspace, "WORKSPACE_UPDATED", kWorkspaceUpdated},
    EventName{EventGroup::kWorkspace, "MEMBER_ADDED", kMemberAdded},
    EventName{EventGroup::kWorkspace, "CHANNEL_CREATED", kChannelCreated},
    EventName{EventGroup::kWorkspace, "CHANNEL_UPDATED", kChannelUpdated},
    EventName{EventGroup::kWorkspace, "CHANNEL_DELETED", kChannelDeleted},
    EventName{EventGroup::kWorkspace, "ROOM_UPDATED", kRoomUpdated},

    EventName{EventGroup::kPresence, "SET_PRESENCE", kSetPresence},
    EventName{EventGroup::kPresence, "WATCH_PRESENCE", kWatchPresence},
    EventName{EventGroup::kPresence, "UNWATCH_PRESENCE", kUnwatchPresence},
    EventName{EventGroup::kPresence, "PRESENCE_CHANGED", kPresenceChanged},

    EventName{EventGroup::kCall, "OFFER", kOffer},
    EventName{EventGroup::kCall, "ANSWER", kAnswer},
    EventName{EventGroup::kCall, "ICE_CANDIDATE", kIceCandidate},
    EventName{EventGroup::kCall, "RENEGOTIATION_NEEDED", kRenegotiationNeeded},
    EventName{EventGroup::kCall, "INCOMING_CALL_NOTIFICATION", kIncomingCallNotification},
    EventName{EventGroup::kCall, "NEW_ANSWER", kNewAnswer},
    EventName{EventGroup::kCall, "NEW_ICE_CANDIDATE", kNewIceCandidate},
    EventName{EventGroup::kCall, "RENEGOTIATION_REQUEST", kRenegotiationRequest},
};

/// No name stands twice: a second meaning of a name would need a rule for telling them apart.
static_assert([] {
  for (std::size_t i = 0; i < kEventNames.size(); ++i) {
    for (std::size_t j = i + 1; j < kEventNames.size(); ++j) {
      if (kEventNames[i].wireName == kEventNames[j].wireName) return false;
    }
  }
  return true;
}());

}  // namespace rookery::chat
