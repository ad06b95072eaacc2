// The names of Rookery's events. Printed by `rookery describe typescript`; not to be edited.

export declare const connectionEvents: Readonly<{
  RECONNECTED: 'reconnected';
  ACCOUNT_LOGGED_IN_ELSEWHERE: 'accountLoggedInElsewhere';
  ACCOUNT_ALREADY_LOGGED_IN: 'accountAlreadyLoggedIn';
  SERVER_DRAINING: 'serverDraining';
  SLOW_CONSUMER: 'slowConsumer';
  RATE_LIMITED: 'rateLimited';
  RENEW_TOKEN: 'renewToken';
  TOKEN_EXPIRING: 'tokenExpiring';
  UNAUTHENTICATED: 'unauthenticated';
  RESUME: 'resume';
  PENDING_MESSAGES: 'pendingMessages';
}>;
export type ConnectionEvent = (typeof connectionEvents)[keyof typeof connectionEvents];

export declare const roomEvents: Readonly<{
  JOIN_ROOM: 'joinRoom';
  LEAVE_ROOM: 'leaveRoom';
  ROOM_MESSAGE: 'roomMessage';
  ROOM_MESSAGE_RECIEVED: 'roomMessageRecieved';
  ROOM_MESSAGE_SENT: 'roomMessageSent';
  ROOM_MESSAGE_CONFIRMED: 'roomMessageConfirmed';
  ROOM_MESSAGE_FAILED: 'roomMessageFailed';
}>;
export type RoomEvent = (typeof roomEvents)[keyof typeof roomEvents];

export declare const channelEvents: Readonly<{
  JOIN_CHANNEL: 'JoinChannel';
  LEAVE_CHANNEL: 'LeaveChannel';
  NEW_MESSAGE: 'NewMessage';
  NEW_MESSAGE_RECEIVED: 'NewMessageReceived';
  CHANNEL_MESSAGE_SENT: 'channelMessageSent';
  CHANNEL_MESSAGE_CONFIRMED: 'channelMessageConfirmed';
  CHANNEL_MESSAGE_FAILED: 'channelMessageFailed';
}>;
export type ChannelEvent = (typeof channelEvents)[keyof typeof channelEvents];

export declare const conversationEvents: Readonly<{
  TYPING: 'typing';
  USER_TYPING: 'userTyping';
  MARK_READ: 'markRead';
  MESSAGE_READ: 'messageRead';
  MARK_DELIVERED: 'markDelivered';
  MESSAGE_DELIVERED: 'messageDelivered';
  GET_UNREAD: 'getUnread';
  EDIT_MESSAGE: 'editMessage';
  MESSAGE_EDITED: 'messageEdited';
  DELETE_MESSAGE: 'deleteMessage';
  MESSAGE_DELETED: 'messageDeleted';
  ADD_REACTION: 'addReaction';
  REACTION_ADDED: 'reactionAdded';
  REMOVE_REACTION: 'removeReaction';
  REACTION_REMOVED: 'reactionRemoved';
  PIN_MESSAGE: 'pinMessage';
  MENTIONED: 'mentioned';
  MESSAGE_PINNED: 'messagePinned';
  UNPIN_MESSAGE: 'unpinMessage';
  MESSAGE_UNPINNED: 'messageUnpinned';
  GET_MESSAGES: 'getMessages';
  GET_PINS: 'getPins';
  GET_THREAD: 'getThread';
  GET_MESSAGE_HISTORY: 'getMessageHistory';
  SEARCH_MESSAGES: 'searchMessages';
}>;
export type ConversationEvent = (typeof conversationEvents)[keyof typeof conversationEvents];

export declare const workspaceEvents: Readonly<{
  WORKSPACE_UPDATED: 'workspaceUpdated';
  MEMBER_ADDED: 'memberAdded';
  CHANNEL_CREATED: 'channelCreated';
  CHANNEL_UPDATED: 'channelUpdated';
  CHANNEL_DELETED: 'channelDeleted';
  ROOM_UPDATED: 'roomUpdated';
}>;
export type WorkspaceEvent = (typeof workspaceEvents)[keyof typeof workspaceEvents];

export declare const presenceEvents: Readonly<{
  SET_PRESENCE: 'setPresence';
  WATCH_PRESENCE: 'watchPresence';
  UNWATCH_PRESENCE: 'unwatchPresence';
  PRESENCE_CHANGED: 'presenceChanged';
}>;
export type PresenceEvent = (typeof presenceEvents)[keyof typeof presenceEvents];

export declare const callEvents: Readonly<{
  OFFER: 'offer';
  ANSWER: 'answer';
  ICE_CANDIDATE: 'ice-candidate';
  RENEGOTIATION_NEEDED: 'renegotiation-needed';
  INCOMING_CALL_NOTIFICATION: 'IncomingCallNotification';
  NEW_ANSWER: 'newAnswer';
  NEW_ICE_CANDIDATE: 'newIce-candidate';
  RENEGOTIATION_REQUEST: 'renegotiation-request';
}>;
export type CallEvent = (typeof callEvents)[keyof typeof callEvents];
