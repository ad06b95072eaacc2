import { Activity } from './activity.js';
import { bodyText, encodeBody } from './body.js';
import { Changes } from './changes.js';
import { Composer } from './composer.js';
import { Conversation } from './conversation.js';
import { $, mark } from './dom.js';
import { crowd, idOf, kKinds, nameOf, newClientMessageId, placeOf } from './kinds.js';
import { Outbox } from './outbox.js';
import { askChannel, askJoin, askRoom, askWorkspace, showInvitation } from './questions.js';
import { Search } from './search.js';
import { showSidebar } from './sidebar.js';
import { Socket } from './socket.js';
import { Timeline } from './timeline.js';

// The page of somebody who is signed in: conversations, the connection, and what the user does.

const kWide = matchMedia('(min-width: 721px)');

const kMostPagesBack = 40; // that opening a found message reads

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
      menu: (entry) => this.changes.menu(entry, this.#rightsOn(entry)),
      toggle: (entry, emoji) => this.changes.toggle(entry, emoji),
    });
    this.composer = new Composer({
      written: (text) => this.#write(text),
      edited: (entry, text) => this.changes.edit(entry, encodeBody(text)),
      typed: (text) => this.activity.typed(this.#current, text),
    });
    this.socket = new Socket(location.origin.replace(/^http/, 'ws'), { token: me.token });
    const find = (id) => (this.#ended ? undefined : this.#conversations.get(id));
    this.activity = new Activity(this.socket, this.me, { find, changed: () => this.#show() });
    this.changes = new Changes(this.socket, {
      find,
      changed: () => this.#show(),
      failed: (text) => this.#notice(text),
      edit: (entry) => this.composer.edit(entry, bodyText(entry.body)),
    });
    this.search = new Search(this.socket, {
      title: (message) => nameOf(find(placeOf(message)) ?? { kind: 'room', title: '?' }),
      open: (message) => this.#openAt(message),
    });
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
    $('act').close();
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
      const receive = withConversation((conversation, message) => {
        this.activity.wrote(conversation, message.senderId);
        return conversation.receive(message);
      });
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
    this.activity.connected();
    // Also what a recovered connection cannot know: whether our last events arrived.
    for (const conversation of this.#conversations.values()) this.#sendUnsettled(conversation);
    const open = this.#current;
    await this.#refresh();
    if (this.#ended) return;
    this.activity.countUnread(this.#current);
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
      this.activity.meet([...this.#conversations.values()]);
      this.#show();
    } catch (error) {
      if (!this.#ended && this.socket.connected) this.#notice(error.message);
    }
  }

  #addRoom(room) {
    const peer = room.senderId._id === this.me._id ? room.recieverId : room.senderId;
    const conversation = this.#keep({ kind: 'room', id: room._id, title: peer.username, peer });
    const last = room.lastMessage;
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
      if (!conversation.isStale && answer.data.lastSeq <= conversation.lastSeq) return this.#read();
      conversation.mergeNewest(await this.api.history(conversation.id));
      conversation.isStale = false;
      this.#changed(conversation);
      this.#read();
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
    const one = this.#current;
    if (!one || document.hidden || !this.socket.connected) return;
    if (!one.isStale) this.activity.read(one);
    if (!one.unread) return;
    one.unread = 0;
    this.#showLists();
  }

  #rightsOn(entry) {
    const isOwn = entry.sender._id === this.me._id;
    const isAdmin = this.#current.workspace?.admins.includes(this.me._id);
    return { isOwn, mayDelete: isOwn || Boolean(isAdmin) };
  }

  /// A message that was found: its conversation, back to where it stands.
  async #openAt(message) {
    const conversation = this.#conversations.get(placeOf(message));
    if (!conversation) return;
    this.search.close();
    this.#go(conversation);
    await this.#enter(conversation);
    for (let pages = 0; pages < kMostPagesBack && conversation === this.#current; pages++) {
      if (this.timeline.point(message.seq) || !conversation.hasEarlier) return;
      await this.#loadEarlier();
    }
  }

  // ---- what is seen

  #bind() {
    window.onhashchange = () => this.#route();
    window.ononline = $('connect-now').onclick = () => this.socket.connect();
    document.onvisibilitychange = () => this.#read();
    $('new-workspace').onclick = () => askWorkspace(this.api, this.#openWorkspace);
    $('join-workspace').onclick = () => askJoin(this.api, '', this.#openWorkspace);
    $('act-cancel').onclick = () => $('act').close();
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
    const { peer, workspace } = one;
    $('talk-sub').textContent = peer ? this.activity.statusText(peer) : crowd(workspace);
    $('typing').textContent = this.activity.typingText(one);
    $('talk-mark').replaceChildren(mark(one.title, one.kind));
    this.timeline.show(one);
  }

  #showLists() {
    const all = [...this.#conversations.values()];
    const rooms = all.filter((c) => c.kind === 'room');
    rooms.sort((a, b) => (b.activeAt > a.activeAt ? 1 : -1));
    showSidebar(
      {
        rooms,
        workspaces: this.#workspaces,
        myId: this.me._id,
        current: this.#current,
        statusOf: (user) => this.activity.statusOf(user),
      },
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

  #openRoom = (room) => {
    const conversation = this.#addRoom(room);
    this.activity.meet([conversation]);
    this.#go(conversation);
  };

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
