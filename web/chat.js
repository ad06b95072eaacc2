import { encodeBody } from './body.js';
import { Composer } from './composer.js';
import { Conversation } from './conversation.js';
import { $, mark } from './dom.js';
import { Outbox } from './outbox.js';
import { askChannel, askJoin, askRoom, askWorkspace, showInvitation } from './questions.js';
import { showSidebar } from './sidebar.js';
import { Socket } from './socket.js';
import { Timeline } from './timeline.js';

// The page of somebody who is signed in: conversations, the connection, and what the user does.

const kKinds = {
  room: {
    key: 'roomId',
    join: 'joinRoom',
    send: 'roomMessage',
    received: 'roomMessageRecieved',
    sent: 'roomMessageSent',
    confirmed: 'roomMessageConfirmed',
    failed: 'roomMessageFailed',
  },
  channel: {
    key: 'channelId',
    join: 'JoinChannel',
    send: 'NewMessage',
    received: 'NewMessageReceived',
    sent: 'channelMessageSent',
    confirmed: 'channelMessageConfirmed',
    failed: 'channelMessageFailed',
  },
};
const kWide = matchMedia('(min-width: 721px)');

const idOf = (reference) => reference?._id ?? reference; // an id, or the object it names

const nameOf = ({ kind, title }) => (kind === 'channel' ? `#${title}` : title);

const crowd = ({ name, people }) => `${name}, ${people} ${people === 1 ? 'person' : 'people'}`;

// Not randomUUID(), which browsers have in secure contexts only.
const newClientMessageId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) =>
    b.toString(16).padStart(2, '0'),
  ).join('');

export class Chat {
  #conversations = new Map();
  #workspaces = [];
  #current = null;
  #ended = false;
  #refreshing = null; // one reading of the lists serves all who ask meanwhile

  /// `me`: the answer of sign-in. `leave(why)` ends the session.
  constructor(api, me, leave) {
    this.api = api;
    this.me = { _id: me.id, username: me.username, email: me.email, avatar: me.avatar };
    this.leave = leave;
    this.outbox = new Outbox(me.id);
    this.timeline = new Timeline({
      retry: (entry) => this.#retry(entry),
      discard: (entry) => this.#discard(entry),
      earlier: () => this.#loadEarlier(),
      atBottom: () => this.#read(),
    });
    this.composer = new Composer((text) => this.#write(text));
    this.socket = new Socket(location.origin.replace(/^http/, 'ws'), { token: me.token });
    this.#listen();
    this.#bind();
  }

  start() {
    $('my-name').textContent = this.me.username;
    this.#showLink();
    this.#show();
    this.socket.connect();
  }

  end() {
    this.#ended = true;
    this.socket.close();
    window.onhashchange = window.ononline = document.onvisibilitychange = null;
    history.replaceState(null, '', '/');
    $('ask').close();
  }

  // ---- the connection

  #listen() {
    for (const kind of ['room', 'channel']) {
      const names = kKinds[kind];
      const withConversation = (then) => (message) => {
        const id = idOf(message[names.key]);
        const tell = () => {
          const conversation = this.#conversations.get(id);
          if (conversation && !this.#ended)
            this.#changed(conversation, then(conversation, message));
        };
        // A first message may come from a room that this page has not heard of.
        if (this.#conversations.has(id)) tell();
        else this.#refresh().then(tell);
      };
      const receive = withConversation((conversation, message) => conversation.receive(message));
      this.socket.on(names.received, receive).on(names.sent, receive);
      this.socket.on(
        names.confirmed,
        withConversation((conversation, message) => conversation.confirm(message)),
      );
      this.socket.on(
        names.failed,
        withConversation((conversation, failure) => void conversation.fail(failure)),
      );
    }
    this.socket.on('connect', () => this.#connected());
    this.socket.on('disconnect', () => this.#showLink());
    this.socket.on('waiting', () => this.#showLink(true));
    this.socket.on('refused', () => this.leave('Your session has ended. Sign in again.'));
    this.socket.on('unauthenticated', ({ message }) => this.leave(message));
  }

  async #connected() {
    this.#showLink();
    if (!this.socket.recovered) {
      for (const conversation of this.#conversations.values()) {
        conversation.forgetUnconfirmed();
        conversation.isStale = true;
      }
      this.#show();
    }
    // Also what a recovered connection cannot know: whether our last events arrived.
    for (const conversation of this.#conversations.values()) this.#sendUnsettled(conversation);
    const open = this.#current;
    await this.#refresh();
    if (this.#ended) return;
    this.#route();
    if (open && open === this.#current) await this.#enter(open);
  }

  #showLink(isWaiting = false) {
    const { connected } = this.socket;
    $('link-state').textContent = connected ? 'connected' : 'offline';
    $('link-state').dataset.link = connected ? 'on' : 'off';
    if (connected) this.#notice('');
    else if (isWaiting)
      this.#notice('No connection. What you write now is sent when it is back.', true);
  }

  #notice(text, canConnect = false) {
    $('banner').hidden = !text;
    $('banner').firstElementChild.textContent = text;
    $('connect-now').hidden = !canConnect;
  }

  // ---- conversations

  #refresh() {
    this.#refreshing ??= this.#readLists().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #readLists() {
    try {
      const [rooms, workspaces] = await Promise.all([this.api.rooms(), this.api.workspaces()]);
      if (this.#ended) return;
      for (const room of rooms) this.#addRoom(room);
      this.#workspaces = workspaces.map((workspace) => this.#workspace(workspace));
      this.#show();
    } catch (error) {
      if (!this.#ended && this.socket.connected) this.#notice(error.message);
    }
  }

  #addRoom(room) {
    const peer = room.senderId._id === this.me._id ? room.recieverId : room.senderId;
    const conversation = this.#keep({ kind: 'room', id: room._id, title: peer.username, peer });
    const last = room.lastMessage;
    if (last && conversation.lastKnown && last.seq > conversation.lastSeq && conversation.isStale) {
      conversation.unread += Math.max(
        0,
        last.seq - Math.max(conversation.lastSeq, conversation.lastKnown.seq),
      );
    }
    conversation.lastKnown = last ?? conversation.lastKnown ?? null;
    conversation.activeAt ??= last?.createdAt ?? room.createdAt;
    return conversation;
  }

  #workspace({ _id, name, joinCode, members, channels }) {
    const workspace = { id: _id, name, joinCode, people: members.length };
    workspace.admins = members.filter((m) => m.role === 'admin').map((m) => idOf(m.memberId));
    workspace.channels = channels.map((channel) =>
      this.#keep({ kind: 'channel', id: channel._id, title: channel.name, workspace }),
    );
    return workspace;
  }

  #keep(fields) {
    const known = this.#conversations.get(fields.id);
    if (known) return Object.assign(known, fields);
    const conversation = new Conversation({ ...fields, myId: this.me._id });
    conversation.isStale = true;
    this.#conversations.set(fields.id, conversation);
    this.outbox.restore(conversation);
    this.#sendUnsettled(conversation);
    return conversation;
  }

  async #enter(conversation) {
    const { join, key } = kKinds[conversation.kind];
    try {
      const answer = await this.socket.emit(join, { [key]: conversation.id });
      if (!answer.success) return this.#notice(answer.message);
      if (!conversation.isStale && answer.data.lastSeq <= conversation.lastSeq) return;
      conversation.mergeNewest(await this.api.history(conversation.id));
      conversation.isStale = false;
      this.#changed(conversation);
    } catch (error) {
      // Without a connection there is nothing to say here: connecting enters again.
      if (this.socket.connected && !this.#ended) this.#notice(error.message);
    }
  }

  async #loadEarlier() {
    const conversation = this.#current;
    $('earlier').disabled = true;
    try {
      conversation.mergeEarlier(await this.api.history(conversation.id, conversation.firstSeq));
      this.#changed(conversation);
    } catch (error) {
      this.#notice(error.message);
    } finally {
      $('earlier').disabled = false;
    }
  }

  // ---- messages

  #write(text) {
    const entry = this.#current.compose(encodeBody(text), newClientMessageId(), this.me);
    this.#changed(this.#current);
    this.#send(this.#current, entry);
  }

  async #send(conversation, entry) {
    const { send, key } = kKinds[conversation.kind];
    const { body, clientMessageId } = entry;
    let answer;
    try {
      answer = await this.socket.emit(send, {
        [key]: conversation.id,
        senderId: this.me._id,
        body,
        clientMessageId,
      });
    } catch {
      return; // it stays pending: every new connection sends what has no outcome
    }
    if (answer.success) conversation.confirm(answer.data);
    else conversation.fail({ ...answer, tempId: undefined, clientMessageId });
    this.#changed(conversation);
  }

  #sendUnsettled(conversation) {
    if (!this.socket?.connected) return;
    for (const entry of conversation.unsettled) this.#send(conversation, entry);
  }

  #retry(entry) {
    this.#current.retry(entry);
    this.#changed(this.#current);
    this.#send(this.#current, entry);
    this.composer.focus();
  }

  #discard(entry) {
    this.#current.remove(entry);
    this.#changed(this.#current);
    this.composer.focus();
  }

  #changed(conversation, isNew = false) {
    const { latest } = conversation;
    if (isNew && latest && latest.sender._id !== this.me._id) {
      if (conversation !== this.#current || document.hidden) conversation.unread += 1;
    }
    if (latest) conversation.activeAt = latest.createdAt;
    this.outbox.save(this.#conversations.values());
    this.#show();
  }

  #read() {
    if (!this.#current?.unread || document.hidden) return;
    this.#current.unread = 0;
    this.#showLists();
  }

  // ---- what is seen

  #bind() {
    window.onhashchange = () => this.#route();
    window.ononline = $('connect-now').onclick = () => this.socket.connect();
    document.onvisibilitychange = () => this.#read();
    $('new-workspace').onclick = () => askWorkspace(this.api, this.#openWorkspace);
    $('join-workspace').onclick = () => askJoin(this.api, '', this.#openWorkspace);
    $('first-room').onclick = () => askRoom(this.api, this.#openRoom);
  }

  #route() {
    const [, kind, id, code] = location.hash.split('/');
    if (kind === 'join') {
      location.replace('#/');
      return askJoin(this.api, `${id}/${code}`, this.#openWorkspace);
    }
    if (this.#current) this.#current.draft = this.composer.draft;
    const conversation = this.#conversations.get(id) ?? null;
    if (conversation !== this.#current) {
      this.#current = conversation;
      if (conversation) this.#open(conversation);
    }
    this.#show();
  }

  #open(conversation) {
    $('text').placeholder = `Message ${nameOf(conversation)}`;
    conversation.unread = 0;
    this.#notice('');
    if (this.socket.connected) this.#enter(conversation);
    // Who is in a workspace may have changed, and nothing tells a page so.
    if (conversation.kind === 'channel') this.#refresh();
    this.#show();
    this.composer.draft = conversation.draft ?? '';
    this.timeline.toBottom();
    if (kWide.matches) this.composer.focus();
  }

  #show() {
    const one = this.#current;
    document.body.dataset.view = one ? 'talk' : 'list';
    $('nothing').hidden = Boolean(one);
    $('conversation').hidden = !one;
    this.#showLists();
    if (!one) return;
    $('talk-title').textContent = nameOf(one);
    $('talk-sub').textContent = one.peer?.email ?? crowd(one.workspace);
    $('talk-mark').replaceChildren(mark(one.title, one.kind));
    this.timeline.show(one);
  }

  #showLists() {
    const all = [...this.#conversations.values()];
    const rooms = all.filter((c) => c.kind === 'room');
    rooms.sort((a, b) => (b.activeAt > a.activeAt ? 1 : -1));
    showSidebar(
      { rooms, workspaces: this.#workspaces, myId: this.me._id, current: this.#current },
      {
        newRoom: () => askRoom(this.api, this.#openRoom),
        newChannel: (workspace) => askChannel(this.api, workspace, this.#openWorkspace),
        invite: showInvitation,
      },
    );
    const unread = all.reduce((sum, c) => sum + c.unread, 0);
    document.title = unread ? `(${unread}) Rookery` : 'Rookery';
  }

  #go(conversation) {
    const hash = `#/${conversation.kind}/${conversation.id}`;
    if (location.hash === hash) this.#route();
    else location.hash = hash;
  }

  #openRoom = (room) => this.#go(this.#addRoom(room));

  #openWorkspace = (answer, channelName) => {
    const workspace = this.#workspace(answer);
    const at = this.#workspaces.findIndex((one) => one.id === workspace.id);
    this.#workspaces.splice(at < 0 ? this.#workspaces.length : at, 1, workspace);
    const { channels } = workspace;
    const channel = channels.find((one) => one.title === channelName) ?? channels[0];
    if (channel) this.#go(channel);
    this.#show();
  };
}
