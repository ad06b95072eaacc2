import { timeOf } from './dom.js';

// Who is there, who types and who has read: what comes and goes beside the messages.

const kTellTypingEveryMs = 2_500;
const kTypingForMs = 6_500; // a little longer than the server lets it last
const kMostWatched = 500;

const kWords = { online: 'online', away: 'away', dnd: 'do not disturb' };

export class Activity {
  #socket;
  #me;
  #on;
  #typing = new Map(); // by conversation: by user id {name, timer}
  #presence = new Map(); // by user id {status, lastSeen}
  #watched = new Set(); // user ids
  #told = { conversation: null, at: 0 };
  #marked = new Map(); // by conversation: the id that was last marked as read

  /// `on`: find(id) answers a conversation, changed() shows what is seen anew.
  constructor(socket, me, on) {
    this.#socket = socket;
    this.#me = me;
    this.#on = on;
    socket.on('userTyping', (told) => this.#onTyping(told));
    socket.on('presenceChanged', (state) => this.#onPresence([state]));
    socket.on('messageRead', (told) => this.#onRead(told));
  }

  /// After every connect: what was known may be out of date.
  connected() {
    this.#typing.clear();
    this.#watched.clear();
    this.#told.conversation = null;
  }

  /// Watches the partners of rooms that are not watched yet.
  meet(conversations) {
    const partners = conversations.filter(({ peer }) => peer).map(({ peer }) => peer._id);
    const userIds = partners.filter((id) => !this.#watched.has(id)).slice(0, kMostWatched);
    if (!userIds.length || !this.#socket.connected) return;
    for (const id of userIds) this.#watched.add(id);
    this.#ask('watchPresence', { userIds }, ({ presence }) => this.#onPresence(presence));
  }

  /// The server counts what is unread; what is open is being read.
  countUnread(open) {
    this.#ask('getUnread', {}, ({ conversations }) => {
      for (const { roomId, channelId, unread } of conversations) {
        const conversation = this.#on.find(roomId ?? channelId);
        if (conversation && conversation !== open) conversation.unread = unread;
      }
      this.#on.changed();
    });
  }

  /// The user writes, or (`text` empty) does not any more.
  typed(conversation, text) {
    const { conversation: before, at } = this.#told;
    if (!text) {
      if (before) this.#tell('typing', before, { isTyping: false });
      this.#told.conversation = null;
    } else if (before !== conversation || Date.now() - at > kTellTypingEveryMs) {
      this.#told = { conversation, at: Date.now() };
      this.#tell('typing', conversation, { isTyping: true });
    }
  }

  /// All of the conversation has been seen.
  read(conversation) {
    const last = conversation.latestConfirmed;
    if (!last || last.sender._id === this.#me._id) return;
    if (this.#marked.get(conversation) === last.id) return;
    this.#marked.set(conversation, last.id);
    this.#tell('markRead', conversation, { messageId: last.id });
  }

  typingText(conversation) {
    const names = [...(this.#typing.get(conversation.id)?.values() ?? [])].map(({ name }) => name);
    if (names.length > 2) return 'Several people are typing…';
    return names.length ? `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} typing…` : '';
  }

  statusOf(user) {
    return this.#presence.get(user._id)?.status ?? 'offline';
  }
  statusText(user) {
    const { status, lastSeen } = this.#presence.get(user._id) ?? {};
    if (kWords[status]) return kWords[status];
    if (!lastSeen) return 'offline';
    return `last seen ${new Date(lastSeen).toLocaleDateString()}, ${timeOf(lastSeen)}`;
  }

  #onTyping({ roomId, channelId, userId, username, isTyping }) {
    const id = roomId ?? channelId;
    if (userId === this.#me._id) return;
    if (!this.#typing.has(id)) this.#typing.set(id, new Map());
    const here = this.#typing.get(id);
    clearTimeout(here.get(userId)?.timer);
    here.delete(userId);
    if (isTyping) {
      const timer = setTimeout(() => {
        here.delete(userId);
        this.#on.changed();
      }, kTypingForMs);
      here.set(userId, { name: username, timer });
    }
    this.#on.changed();
  }

  /// A message of somebody says that he has ended to type it.
  wrote(conversation, user) {
    this.#typing.get(conversation.id)?.delete(user._id);
  }

  #onPresence(states) {
    for (const { userId, ...state } of states) this.#presence.set(userId, state);
    this.#on.changed();
  }

  #onRead({ roomId, channelId, userId, seq }) {
    const conversation = this.#on.find(roomId ?? channelId);
    if (!conversation) return;
    if (userId !== this.#me._id) conversation.readSeq = Math.max(conversation.readSeq, seq);
    else if (seq >= conversation.lastSeq) conversation.unread = 0; // on another device
    this.#on.changed();
  }

  #tell(event, conversation, fields) {
    const key = conversation.kind === 'room' ? 'roomId' : 'channelId';
    this.#ask(event, { [key]: conversation.id, ...fields });
  }

  #ask(event, payload, then) {
    // Without a connection there is nothing to say: connecting asks again.
    this.#socket.emit(event, payload).then(
      (answer) => answer.success && then?.(answer.data),
      () => {},
    );
  }
}
