import { bodyText } from './body.js';

// One conversation as this page knows it: a list of entries, each in one of the states `pending`
// (no outcome yet), `confirmed` (durable) and `failed`. It touches neither page nor network.
//
// An entry is `local` when it was written in this window: it is known by its clientMessageId and is
// sent again until it has an outcome. All others are known by tempId, later by _id and seq.

const kRetryable = new Set(['RATE_LIMITED', 'OVERLOADED', 'STORE_FAILED', 'INTERNAL']);
const kUnplaced = Infinity; // stands after everything that has a number

export class Conversation {
  entries = [];
  unread = 0;
  hasEarlier = false;
  readSeq = 0; // how far somebody else has read, as far as this page knows
  #nextKey = 1;

  /// `kind`: room or channel. `peer`: the other user of a room.
  constructor({ kind, id, title, myId, peer = null, workspace = null }) {
    Object.assign(this, { kind, id, title, myId, peer, workspace });
  }

  get lastSeq() {
    return this.entries.reduce(
      (most, e) => (e.state === 'confirmed' ? Math.max(most, e.seq) : most),
      0,
    );
  }
  get firstSeq() {
    return this.entries.find((e) => e.state === 'confirmed')?.seq ?? 0;
  }
  get latestConfirmed() {
    return this.entries.findLast((e) => e.state === 'confirmed');
  }
  get latest() {
    return this.entries.at(-1);
  }
  /// Own messages without an outcome, in the order of writing.
  get unsettled() {
    return this.entries.filter((e) => e.local && e.state === 'pending');
  }
  get failures() {
    return this.entries.filter((e) => e.local && e.state === 'failed').length;
  }

  /// A message that was just written here.
  compose(body, clientMessageId, sender) {
    const createdAt = new Date().toISOString();
    return this.#add({ local: true, body, clientMessageId, sender, createdAt, state: 'pending' });
  }

  /// Puts back what an earlier load of this page had not brought to an end.
  restore(saved) {
    if (this.entries.some((e) => e.clientMessageId === saved.clientMessageId)) return;
    this.#add({ ...saved, local: true });
  }

  /// An optimistic message; true when it is new here.
  receive(message) {
    const known =
      this.#byClientId(message) ?? this.entries.find((e) => e.tempId && e.tempId === message._id);
    if (known?.state === 'confirmed') return false;
    if (!known && this.#confirmedAt(message.seq)) return false;
    const entry = known ?? this.#add({ local: false });
    Object.assign(entry, content(message), { tempId: message._id, state: 'pending', problem: '' });
    this.#place(entry, message.seq);
    return !known;
  }

  /// A confirmed message, live, from an ack or from the history; true when it is new here.
  confirm(message) {
    const same = this.entries.filter(
      (e) =>
        e === this.#byClientId(message) ||
        (e.tempId && e.tempId === message.tempId) ||
        (e.id && e.id === message._id) ||
        // Confirmed numbers are given once, so whoever else holds this one is out of date; an own
        // message without an outcome is not dropped for that, it will hear of its own.
        (e.seq === message.seq && (e.state === 'confirmed' || !e.local)),
    );
    const entry = same.find((e) => e.local) ?? same[0] ?? this.#add({ local: false });
    if (same.length > 1)
      this.entries = this.entries.filter((e) => e === entry || !same.includes(e));
    // What is newer here than in this message was told by a change since.
    const isOlder = (message.version ?? 1) < (entry.version ?? 0);
    Object.assign(entry, isOlder ? {} : { ...content(message), ...changes(message) });
    Object.assign(entry, { id: message._id, state: 'confirmed', problem: '' });
    if (message.status === 'read' && entry.sender._id === this.myId)
      this.readSeq = Math.max(this.readSeq, message.seq);
    this.#place(entry, message.seq);
    return same.length === 0;
  }

  /// The outcome `…Failed`, or a failure ack (which names no tempId).
  fail({ tempId, clientMessageId, error, message, code, retryable = kRetryable.has(code) }) {
    const entry = tempId
      ? this.entries.find((e) => e.tempId === tempId || e.spentTempIds?.includes(tempId))
      : undefined;
    const target =
      entry ?? this.entries.find((e) => e.local && e.clientMessageId === clientMessageId);
    if (!target || target.state !== 'pending') return;
    // The event may come after the ack and after another try: that try is not what failed.
    if (tempId && target.spentTempIds?.includes(tempId)) return;
    const problem = error || message || 'The message was not saved';
    Object.assign(target, { state: 'failed', problem, retryable });
    // All in flight fail together and their numbers are given again: it stays where it was.
    this.#place(target, null, this.lastSeq + 0.5);
  }

  /// A failed own message becomes pending again, under its old clientMessageId.
  retry(entry) {
    entry.spentTempIds = [...(entry.spentTempIds ?? []), entry.tempId].filter(Boolean);
    Object.assign(entry, { state: 'pending', problem: '', tempId: null });
    this.#place(entry, null);
  }

  remove(entry) {
    this.entries = this.entries.filter((e) => e !== entry);
  }

  /// Changes of a confirmed message, as their events tell them; true when it is one of this page.
  edit({ messageId, body, editedAt, version }) {
    return this.#change(messageId, version, { body, editedAt });
  }
  erase({ messageId, deletedAt, version }) {
    return this.#change(messageId, version, { body: '', deletedAt, reactions: [] });
  }
  react({ messageId, emoji, userId, count, version }, isAdded) {
    const entry = this.#byId(messageId);
    if (!entry) return false;
    const known = entry.reactions?.find((one) => one.emoji === emoji);
    const reacted = userId === this.myId ? isAdded : (known?.reacted ?? false);
    const others = (entry.reactions ?? []).filter((one) => one !== known);
    const all = count > 0 ? [...others, { emoji, count, reacted }] : others;
    return this.#change(messageId, version, { reactions: all });
  }

  #byId = (id) => this.entries.find((e) => e.id === id);

  #change(id, version, fields) {
    const entry = this.#byId(id);
    if (!entry || version <= (entry.version ?? 0)) return false;
    Object.assign(entry, fields, { version });
    return true;
  }

  /// The newest page of the history: what it does not reach back to is forgotten.
  mergeNewest(messages) {
    const from = messages[0]?.seq ?? 0;
    if (from && !this.#confirmedAt(from - 1)) {
      this.entries = this.entries.filter((e) => e.state !== 'confirmed' || e.seq >= from);
    }
    for (const message of messages) this.confirm(message);
    this.hasEarlier = this.firstSeq > 1;
  }

  mergeEarlier(messages) {
    for (const message of messages) this.confirm(message);
    this.hasEarlier = messages.length > 0 && this.firstSeq > 1;
  }

  /// After a connection that was not recovered (delivery.md): outcomes of others' messages may have
  /// been missed, and own ones are about to be sent again.
  forgetUnconfirmed() {
    this.entries = this.entries.filter((e) => e.local || e.state === 'confirmed');
    for (const entry of this.unsettled) {
      entry.tempId = null;
      this.#place(entry, null);
    }
  }

  #add(fields) {
    const entry = { key: this.#nextKey++, seq: null, order: kUnplaced, ...fields };
    this.entries.push(entry);
    return entry;
  }

  #byClientId({ clientMessageId, senderId }) {
    if (!clientMessageId) return undefined;
    return this.entries.find(
      (e) => e.clientMessageId === clientMessageId && e.sender._id === senderId._id,
    );
  }

  #confirmedAt = (seq) => this.entries.some((e) => e.state === 'confirmed' && e.seq === seq);

  #place(entry, seq, order = seq ?? kUnplaced) {
    entry.seq = seq;
    entry.order = order;
    // Infinity - Infinity is NaN, which counts as equal here: then the order of arrival holds.
    this.entries.sort((a, b) => a.order - b.order || a.key - b.key);
  }
}

function content({ body, clientMessageId, senderId, createdAt }) {
  const fields = { body, sender: senderId, createdAt };
  if (clientMessageId) fields.clientMessageId = clientMessageId;
  return fields;
}

/// What a message of the history carries beside its content; a live one is at its first version.
function changes({ editedAt, deletedAt, reactions, version }) {
  return { editedAt, deletedAt, reactions: reactions ?? [], version: version ?? 1 };
}

/// One line of text for a list of conversations.
export const previewOf = (body) => bodyText(body).replace(/\s+/g, ' ').trim().slice(0, 120);
