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

export type Id = string;

export type GivenId = string;

export type Time = string;

export type Url = string;

export type Person = { _id: Id; username: string; email: string; avatar: Url; };

export type True = true;

export type False = false;

export type TempId = string;

export type Room = { _id: Id; senderId: Id; recieverId: Id; status: 'active' | 'blocked' | 'muted'; createdAt: Time; updatedAt: Time; };

export type Channel = { _id: Id; name: string; workspaceId: Id; createdAt: Time; updatedAt: Time; };

export type Optimistic = { _id: TempId; clientMessageId?: string; seq: number; body: string; image: string | null; imageKey: string | null; parentId?: Id; mentions?: Array<Id>; status: 'unread'; roomId?: Id; channelId?: Id; workspaceId?: Id; senderId: Person; createdAt: Time; updatedAt: Time; isOptimistic: True; };

export type ConfirmedInRoom = { _id: Id; tempId: TempId; clientMessageId?: string; seq: number; body: string; image: string | null; imageKey: string | null; parentId?: Id; mentions?: Array<Id>; status: 'unread' | 'read'; roomId: Room; senderId: Person; createdAt: Time; updatedAt: Time; commitNo: number; isConfirmed: True; _doc: { _id: Id; tempId: TempId; roomId: Id; body: string; createdAt: Time; }; };

export type ConfirmedInChannel = { _id: Id; tempId: TempId; clientMessageId?: string; seq: number; body: string; image: string | null; imageKey: string | null; parentId?: Id; mentions?: Array<Id>; status: 'unread' | 'read'; channelId: Channel; workspaceId: Id; senderId: Person; createdAt: Time; updatedAt: Time; commitNo: number; isConfirmed: True; _doc: { _id: Id; tempId: TempId; channelId: Id; body: string; createdAt: Time; }; };

export type Failed = { tempId: TempId; clientMessageId?: string; seq: number; roomId?: Id; channelId?: Id; workspaceId?: Id; error: string; code: 'STORE_FAILED' | 'OVERLOADED' | 'NOT_FOUND' | 'FORBIDDEN' | 'CONFLICT' | 'INTERNAL'; retryable: boolean; };

export type Stored = { _id: Id; clientMessageId?: string; seq: number; body: string; image: string | null; imageKey: string | null; status: 'unread' | 'read'; roomId?: Id; channelId?: Id; workspaceId?: Id; parentId?: Id; mentions?: Array<Id>; senderId: Person; createdAt: Time; updatedAt: Time; commitNo: number; version: number; };

export type History = { _id: Id; clientMessageId?: string; seq: number; body: string; image: string | null; imageKey: string | null; status: 'unread' | 'read'; roomId?: Id; channelId?: Id; workspaceId?: Id; parentId?: Id; mentions?: Array<Id>; senderId: Person; createdAt: Time; updatedAt: Time; commitNo: number; version: number; editedAt: Time | null; deletedAt: Time | null; deletedBy?: Id; pinnedAt: Time | null; pinnedBy?: Id; replyCount: number; lastReplyAt: Time | null; reactions: Array<{ emoji: string; count: number; reacted: boolean; }>; };

export type State = { userId: Id; status: 'online' | 'away' | 'dnd' | 'offline'; lastSeen: Time | null; };

export type Failure = { success: False; message: string; code: 'INVALID_PAYLOAD' | 'UNAUTHENTICATED' | 'FORBIDDEN' | 'NOT_FOUND' | 'TOO_LARGE' | 'RATE_LIMITED' | 'CONFLICT' | 'OVERLOADED' | 'STORE_FAILED' | 'INTERNAL'; error: string; retryAfterMs?: number; retryable?: True; };

/** What the callback of an event is given. */
export type Answer<Data> = { success: true; message: string; data: Data; timing?: { emitTime: unknown; dbTime: unknown; }; delivery?: { onlineUsers: number; offlineUsers: number; notificationsSent: number; }; } | Failure;

/** What a client emits: `Socket<ServerToClientEvents, ClientToServerEvents>`. */
export interface ClientToServerEvents {
  /** Another token for this socket. */
  renewToken: (payload: { token: string; }, answer?: (answer: Answer<{ expiresAt: Time; }>) => void) => void;
  /** What was missed since these positions. */
  resume: (payload: { positions: Record<string, never>; }, answer?: (answer: Answer<{ conversations: unknown; }>) => void) => void;
  /** Join a room, or the personal one. */
  joinRoom: (payload: { roomId: string; }, answer?: (answer: Answer<{ roomId: string; connectedUsers: number; alreadyJoined: boolean; lastSeq: number; }>) => void) => void;
  /** Leave it. */
  leaveRoom: (payload: { roomId: string; }, answer?: (answer: Answer<{ roomId: string; }>) => void) => void;
  /** Write to a room. */
  roomMessage: (payload: { roomId: GivenId; senderId?: GivenId | null; body: string; image?: string | null; filename?: string | null; timeStamp?: unknown; clientMessageId?: string | null; parentId?: GivenId | null; }, answer?: (answer: Answer<ConfirmedInRoom>) => void) => void;
  /** Join a channel. */
  JoinChannel: (payload: { channelId: GivenId; workspaceId?: GivenId | null; }, answer?: (answer: Answer<{ channelId: string; connectedUsers: number; alreadyJoined: boolean; lastSeq: number; }>) => void) => void;
  /** Leave it. */
  LeaveChannel: (payload: { channelId: GivenId; workspaceId?: GivenId | null; }, answer?: (answer: Answer<{ channelId: string; }>) => void) => void;
  /** Write to a channel. */
  NewMessage: (payload: { channelId: GivenId; workspaceId?: GivenId | null; senderId?: GivenId | null; body: string; image?: string | null; filename?: string | null; timeStamp?: unknown; clientMessageId?: string | null; parentId?: GivenId | null; }, answer?: (answer: Answer<ConfirmedInChannel>) => void) => void;
  /** Somebody types, or has stopped. */
  typing: (payload: { roomId?: GivenId | null; channelId?: GivenId | null; isTyping: boolean; }, answer?: (answer: Answer<unknown>) => void) => void;
  /** All up to a message is read. */
  markRead: (payload: { roomId?: GivenId | null; channelId?: GivenId | null; messageId: GivenId; }, answer?: (answer: Answer<{ roomId?: Id; channelId?: Id; messageId: Id; seq: number; moved: boolean; }>) => void) => void;
  /** All up to a number has arrived. */
  markDelivered: (payload: { roomId?: GivenId | null; channelId?: GivenId | null; seq: number; }, answer?: (answer: Answer<{ roomId?: Id; channelId?: Id; seq: number; }>) => void) => void;
  /** What is not read. */
  getUnread: (payload: Record<string, never>, answer?: (answer: Answer<{ total: number; conversations: Array<{ roomId?: Id; channelId?: Id; unread: number; lastReadSeq: number; lastSeq: number; }>; }>) => void) => void;
  /** Change what a message says. */
  editMessage: (payload: { messageId: GivenId; body: string; }, answer?: (answer: Answer<{ messageId: Id; roomId?: Id; channelId?: Id; changed: boolean; body: string; editedAt: Time | null; version: number; commitNo: number; }>) => void) => void;
  /** Delete a message. */
  deleteMessage: (payload: { messageId: GivenId; }, answer?: (answer: Answer<{ messageId: Id; roomId?: Id; channelId?: Id; changed: boolean; deletedAt: Time; version: number; commitNo: number; }>) => void) => void;
  /** React to a message. */
  addReaction: (payload: { messageId: GivenId; emoji: string; }, answer?: (answer: Answer<{ messageId: Id; roomId?: Id; channelId?: Id; changed: boolean; emoji: string; count: number; version: number; commitNo: number; }>) => void) => void;
  /** Take it back. */
  removeReaction: (payload: { messageId: GivenId; emoji: string; }, answer?: (answer: Answer<{ messageId: Id; roomId?: Id; channelId?: Id; changed: boolean; emoji: string; count: number; version: number; commitNo: number; }>) => void) => void;
  /** Pin a message. */
  pinMessage: (payload: { messageId: GivenId; }, answer?: (answer: Answer<{ messageId: Id; roomId?: Id; channelId?: Id; changed: boolean; version: number; commitNo: number; }>) => void) => void;
  /** Unpin it. */
  unpinMessage: (payload: { messageId: GivenId; }, answer?: (answer: Answer<{ messageId: Id; roomId?: Id; channelId?: Id; changed: boolean; version: number; commitNo: number; }>) => void) => void;
  /** Messages of a conversation, by seq. */
  getMessages: (payload: { roomId?: GivenId | null; channelId?: GivenId | null; before?: number | null; after?: number | null; limit?: number | null; }, answer?: (answer: Answer<{ roomId?: Id; channelId?: Id; messages: Array<History>; hasMore: boolean; }>) => void) => void;
  /** Its pinned messages. */
  getPins: (payload: { roomId?: GivenId | null; channelId?: GivenId | null; }, answer?: (answer: Answer<{ roomId?: Id; channelId?: Id; messages: Array<History>; hasMore: boolean; }>) => void) => void;
  /** Replies to a message. */
  getThread: (payload: { messageId: GivenId; before?: number | null; limit?: number | null; }, answer?: (answer: Answer<{ roomId?: Id; channelId?: Id; parent: History; messages: Array<History>; hasMore: boolean; }>) => void) => void;
  /** What a message has said. */
  getMessageHistory: (payload: { messageId: GivenId; }, answer?: (answer: Answer<{ messageId: Id; versions: Array<{ version: number; body: string; writtenAt: Time; }>; }>) => void) => void;
  /** Search in what may be read. */
  searchMessages: (payload: { query: string; roomId?: GivenId | null; channelId?: GivenId | null; limit?: number | null; cursor?: string | null; }, answer?: (answer: Answer<{ matches: Array<{ message: History; snippet: string; }>; nextCursor: string | null; }>) => void) => void;
  /** How one is there. */
  setPresence: (payload: { status: 'online' | 'away' | 'dnd'; }, answer?: (answer: Answer<unknown>) => void) => void;
  /** Hear how others are there. */
  watchPresence: (payload: { userIds: Array<GivenId>; }, answer?: (answer: Answer<{ presence: Array<State>; }>) => void) => void;
  /** Hear it no more. */
  unwatchPresence: (payload: { userIds: Array<GivenId>; }, answer?: (answer: Answer<Record<string, never>>) => void) => void;
  /** Call somebody. */
  offer: (payload: { from: { id: GivenId; }; to: { user: { id: GivenId; }; room?: string | null; }; offer: Record<string, never>; }, answer?: (answer: Answer<{ offer: unknown; from: unknown; to: unknown; callId: Id; }>) => void) => void;
  /** Answer a call. */
  answer: (payload: { from: { id: GivenId; }; to: { user?: { id: GivenId; } | null; room?: string | null; }; answer: Record<string, never>; }, answer?: (answer: Answer<{ answer: unknown; from: unknown; }>) => void) => void;
  /** A candidate, forwarded to the others. */
  'ice-candidate': (payload: { from: { id: GivenId; }; to: { user?: { id: GivenId; } | null; room?: string | null; }; candidate: Record<string, never>; }, answer?: (answer: Answer<{ candidate: unknown; from: unknown; to: unknown; }>) => void) => void;
  /** Ask for another offer. */
  'renegotiation-needed': (payload: { from: { id: GivenId; }; to: { user?: { id: GivenId; } | null; room?: string | null; }; }, answer?: (answer: Answer<{ from: unknown; to: unknown; }>) => void) => void;
}

/** What a client hears. */
export interface ServerToClientEvents {
  /** An earlier socket of the user is still known. */
  reconnected: (payload: { message: string; rooms: Array<string>; previousSocketId: string; }) => void;
  /** Another socket of the user has connected. */
  accountLoggedInElsewhere: (payload: { message: string; newSocketId: string; userId: Id; timestamp: Time; }) => void;
  /** To that other socket. */
  accountAlreadyLoggedIn: (payload: { message: string; previousSocketId: string; userId: Id; timestamp: Time; }) => void;
  /** The server stops: come back later. */
  serverDraining: (payload: { retryAfterMs: number; }) => void;
  /** Too much waits to be read; the connection ends. */
  slowConsumer: (payload: { queuedBytes: number; limit: number; }) => void;
  /** An event without a callback came too often. */
  rateLimited: (payload: { event: string; retryAfterMs: number; }) => void;
  /** The token ends in a minute. */
  tokenExpiring: (payload: { expiresAt: Time; }) => void;
  /** The token has ended; so does the connection. */
  unauthenticated: (payload: { code: 'UNAUTHENTICATED'; message: string; }) => void;
  /** What arrived while the user was away, until it is answered. */
  pendingMessages: (payload: { messages: Array<Stored>; more: boolean; }, answer: (...anything: unknown[]) => void) => void;
  /** A message, before it is stored. */
  roomMessageRecieved: (payload: Optimistic, answer?: (...anything: unknown[]) => void) => void;
  /** The same, to the socket that wrote it. */
  roomMessageSent: (payload: Optimistic) => void;
  /** It is stored. */
  roomMessageConfirmed: (payload: ConfirmedInRoom) => void;
  /** It could not be stored. */
  roomMessageFailed: (payload: Failed) => void;
  /** A message, before it is stored. */
  NewMessageReceived: (payload: Optimistic, answer?: (...anything: unknown[]) => void) => void;
  /** The same, to the socket that wrote it. */
  channelMessageSent: (payload: Optimistic) => void;
  /** It is stored. */
  channelMessageConfirmed: (payload: ConfirmedInChannel) => void;
  /** It could not be stored. */
  channelMessageFailed: (payload: Failed) => void;
  /** The same, to the others. */
  userTyping: (payload: { roomId?: Id; channelId?: Id; userId: Id; username: string; isTyping: boolean; }) => void;
  /** Somebody has read up to a message. */
  messageRead: (payload: { roomId?: Id; channelId?: Id; userId: Id; messageId: Id; seq: number; readAt: Time; commitNo: number; }) => void;
  /** Messages have arrived at somebody. */
  messageDelivered: (payload: { roomId: Id; userId: Id; seq: number; }) => void;
  /** It says something else. */
  messageEdited: (payload: { messageId: Id; roomId?: Id; channelId?: Id; seq: number; body: string; mentions?: Array<Id>; editedAt: Time; version: number; commitNo: number; }) => void;
  /** It is deleted. */
  messageDeleted: (payload: { messageId: Id; roomId?: Id; channelId?: Id; seq: number; deletedBy: Id; deletedAt: Time; version: number; commitNo: number; }) => void;
  /** Somebody has. */
  reactionAdded: (payload: { messageId: Id; roomId?: Id; channelId?: Id; seq: number; emoji: string; userId: Id; count: number; version: number; commitNo: number; }) => void;
  /** Somebody has. */
  reactionRemoved: (payload: { messageId: Id; roomId?: Id; channelId?: Id; seq: number; emoji: string; userId: Id; count: number; version: number; commitNo: number; }) => void;
  /** A message names the user, wherever he is. */
  mentioned: (payload: { messageId: Id; roomId?: Id; channelId?: Id; seq: number; by: Person; preview: string; }) => void;
  /** It is pinned. */
  messagePinned: (payload: { messageId: Id; roomId?: Id; channelId?: Id; seq: number; pinnedBy: Id; pinnedAt: Time; version: number; commitNo: number; }) => void;
  /** It is not any more. */
  messageUnpinned: (payload: { messageId: Id; roomId?: Id; channelId?: Id; seq: number; unpinnedBy: Id; version: number; commitNo: number; }) => void;
  /** A workspace was changed or deleted. */
  workspaceUpdated: (payload: { workspaceId: Id; name?: string; description?: string; image?: string | null; updatedAt?: Time; deleted?: True; }) => void;
  /** Somebody has joined a workspace, or has another role. */
  memberAdded: (payload: { workspaceId: Id; user: Person; role: 'member' | 'admin'; }) => void;
  /** A channel was made. */
  channelCreated: (payload: { workspaceId: Id; channelId: Id; name: string; }) => void;
  /** It was renamed. */
  channelUpdated: (payload: { workspaceId: Id; channelId: Id; name: string; }) => void;
  /** It was deleted. */
  channelDeleted: (payload: { workspaceId: Id; channelId: Id; }) => void;
  /** A room has another status, or is deleted. */
  roomUpdated: (payload: { roomId: Id; status: 'active' | 'blocked' | 'muted'; deleted: boolean; }) => void;
  /** Somebody came, went, or is there otherwise. */
  presenceChanged: (payload: State) => void;
  /** A candidate, forwarded to the others. */
  'ice-candidate': (payload: { from: { id: GivenId; }; to: { user?: { id: GivenId; } | null; room?: string | null; }; candidate: Record<string, never>; }) => void;
  /** Somebody calls. */
  IncomingCallNotification: (payload: { offer: unknown; from: unknown; to: unknown; callId: Id; }) => void;
  /** The call is answered. */
  newAnswer: (payload: { answer: unknown; from: unknown; }) => void;
  /** As ice-candidate. */
  'newIce-candidate': (payload: { candidate: unknown; from: unknown; to: unknown; }) => void;
  /** Another offer is asked for. */
  'renegotiation-request': (payload: { from: unknown; to: unknown; }) => void;
}
