import { bodyText } from './body.js';
import { $, dayOf, el, icon, timeOf } from './dom.js';

// The list of messages of the conversation that is open. An entry keeps its element for as long as
// it is shown, so that a state changes in place: `data-state` on the bubble.

const kNearBottomPx = 80;
const kGroupMs = 5 * 60_000;
const kStates = {
  pending: ['clock', 'sending'],
  confirmed: ['check', 'saved'],
  read: ['checks', 'read'],
  failed: ['alert', 'not saved'],
};

export class Timeline {
  #shown = null;
  #elements = new Map();

  /// `on`: retry(entry), discard(entry), earlier(), atBottom(), menu(entry), toggle(entry, emoji).
  constructor(on) {
    this.on = on;
    this.list = $('messages');
    this.scroller = $('scroll');
    $('earlier').onclick = () => this.on.earlier();
    $('newest').onclick = () => this.toBottom();
    this.scroller.onscroll = () => this.#isNearBottom() && this.#seen();
  }

  /// Shows this conversation, or brings it up to date.
  show(conversation) {
    if (conversation !== this.#shown) {
      this.#elements.clear();
      this.list.replaceChildren();
      this.#shown = conversation;
    }
    const wasNear = this.#isNearBottom() || !this.list.childElementCount;
    const fromBottom = this.scroller.scrollHeight - this.scroller.scrollTop;
    const firstBefore = this.list.querySelector('.message');
    const newestBefore = this.list.lastElementChild;
    this.#reconcile(conversation);
    $('earlier').hidden = !conversation.hasEarlier;
    $('no-messages').hidden = conversation.isStale || conversation.entries.length > 0;

    const ownIsNew = conversation.latest?.local && newestBefore !== this.list.lastElementChild;
    if (wasNear || ownIsNew) this.toBottom();
    else if (firstBefore !== this.list.querySelector('.message')) {
      this.scroller.scrollTop = this.scroller.scrollHeight - fromBottom;
    } else if (newestBefore !== this.list.lastElementChild) $('newest').hidden = false;
  }

  toBottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#seen();
  }

  #isNearBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < kNearBottomPx;
  }

  #seen() {
    $('newest').hidden = true;
    this.on.atBottom();
  }

  /// Brings a message into sight, for a moment in another colour. False when it is not here.
  point(seq) {
    const entry = this.#shown?.entries.find((e) => e.state === 'confirmed' && e.seq === seq);
    const bubble = entry && this.#elements.get(entry.key);
    if (!bubble) return false;
    bubble.scrollIntoView({ block: 'center' });
    bubble.classList.add('found');
    setTimeout(() => bubble.classList.remove('found'), 2_000);
    return true;
  }

  #reconcile({ entries, myId, kind, readSeq }) {
    const wanted = [];
    let before = null;
    for (const entry of entries) {
      const day = dayOf(entry.createdAt);
      const newDay = !before || dayOf(before.createdAt) !== day;
      if (newDay)
        wanted.push(
          this.#element(`day ${day}`, () => el('li', { class: 'day' }, el('span', {}, day))),
        );
      const bubble = this.#element(entry.key, () => this.#bubble(entry));
      const first =
        newDay ||
        before.sender._id !== entry.sender._id ||
        new Date(entry.createdAt) - new Date(before.createdAt) > kGroupMs;
      this.#update(bubble, entry, {
        mine: entry.sender._id === myId,
        first,
        named: kind === 'channel',
        isRead: kind === 'room' && entry.seq <= readSeq,
      });
      wanted.push(bubble);
      before = entry;
    }
    const keep = new Set(wanted);
    for (const [key, element] of this.#elements) {
      if (keep.has(element)) continue;
      element.remove();
      this.#elements.delete(key);
    }
    wanted.forEach((element, at) => {
      if (this.list.children[at] !== element)
        this.list.insertBefore(element, this.list.children[at] ?? null);
    });
  }

  #element(key, make) {
    if (!this.#elements.has(key)) this.#elements.set(key, make());
    return this.#elements.get(key);
  }

  #bubble(entry) {
    return el(
      'li',
      { class: 'message', 'data-state': entry.state },
      el('span', { class: 'author' }),
      el(
        'div',
        { class: 'bubble' },
        el('span', { class: 'text' }),
        el(
          'span',
          { class: 'meta' },
          el('span', { class: 'edited' }),
          el('time', {}),
          el('span', { class: 'state' }),
        ),
      ),
      el(
        'button',
        {
          type: 'button',
          class: 'more quiet',
          title: 'React, edit or delete',
          'aria-label': 'React, edit or delete',
          onclick: () => this.on.menu(entry),
        },
        icon('more'),
      ),
      el('div', { class: 'reactions' }),
      el('div', { class: 'trouble' }),
    );
  }

  #update(bubble, entry, { mine, first, named, isRead }) {
    bubble.classList.toggle('mine', mine);
    bubble.classList.toggle('first', first);
    setText(bubble.querySelector('.author'), !mine && named && first ? entry.sender.username : '');
    const words = entry.deletedAt ? 'Message deleted' : bodyText(entry.body);
    setText(bubble.querySelector('.text'), words);
    setText(bubble.querySelector('.edited'), entry.editedAt && !entry.deletedAt ? 'edited' : '');
    bubble.classList.toggle('deleted', Boolean(entry.deletedAt));
    bubble.querySelector('.more').hidden = entry.state !== 'confirmed' || Boolean(entry.deletedAt);
    this.#showReactions(bubble.querySelector('.reactions'), entry);
    const time = bubble.querySelector('time');
    time.dateTime = entry.createdAt;
    setText(time, timeOf(entry.createdAt));

    const state = bubble.querySelector('.state');
    const trouble = bubble.querySelector('.trouble');
    const isSeen = entry.state === 'confirmed' && mine && isRead;
    const [name, title] = kStates[isSeen ? 'read' : entry.state];
    if (state.title === title) return;
    bubble.dataset.state = entry.state;
    state.title = title;
    state.replaceChildren(icon(name), el('span', { class: 'unseen' }, title));
    trouble.replaceChildren(...(entry.state === 'failed' ? this.#trouble(entry) : []));
  }

  #showReactions(line, entry) {
    const all = entry.deletedAt ? [] : (entry.reactions ?? []);
    const key = all.map(({ emoji, count, reacted }) => `${emoji}${count}${reacted}`).join(' ');
    if (line.dataset.shown === key) return;
    line.dataset.shown = key;
    line.replaceChildren(
      ...all.map(({ emoji, count, reacted }) => {
        const words = `${emoji}, ${count} ${count === 1 ? 'reaction' : 'reactions'}`;
        const does = { type: 'button', onclick: () => this.on.toggle(entry, emoji) };
        const told = { 'aria-pressed': String(reacted), 'aria-label': words };
        return el('button', { ...does, ...told }, `${emoji} ${count}`);
      }),
    );
  }

  #trouble(entry) {
    if (!entry.local) return [el('span', {}, 'Not saved. It may come again.')];
    const button = (does, words) =>
      el('button', { type: 'button', class: does, onclick: () => this.on[does](entry) }, words);
    const again = entry.retryable === false ? null : button('retry', 'Retry');
    return [
      el('span', {}, entry.problem),
      el('span', { class: 'ways' }, again, button('discard', 'Discard')),
    ];
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
