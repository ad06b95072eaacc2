import type { Person } from '../events.mjs';

/** What the list shows of a message. */
export interface Message {
  /** Stays the same from the first moment on: for keys of lists. */
  readonly key: string;
  /** A pending one is on its way to the store, a failed one will not come there by itself. */
  state: 'pending' | 'confirmed' | 'failed';
  /** The real id, once confirmed. */
  id?: string;
  clientMessageId?: string;
  tempId?: string;
  /** Its place; provisional until it is confirmed. */
  seq?: number;
  body: string;
  image?: string | null;
  parentId?: string;
  mentions?: string[];
  sender?: Person;
  createdAt: string;
  editedAt?: string;
  deletedAt?: string;
  version: number;
  error?: { code: string; message: string; retryable: boolean };
}

/** What the server's message objects have in common. */
export interface Incoming {
  _id: string;
  tempId?: string;
  clientMessageId?: string;
  seq: number;
  body: string;
  image?: string | null;
  parentId?: string;
  mentions?: string[];
  senderId: Person;
  createdAt: string;
  commitNo?: number;
  version?: number;
  editedAt?: string | null;
  deletedAt?: string | null;
}

/**
 * The messages of a conversation: confirmed ones and those of others by `seq`, behind them what waits
 * to be sent. Everything may be applied twice and comes to the same.
 */
export class Timeline {
  #messages: Message[] = [];
  /** The last confirmed place, and the last change of the store that is known. */
  seq = 0;
  commitNo = 0;

  get messages(): readonly Message[] {
    return this.#messages;
  }

  find(test: (message: Message) => boolean): Message | undefined {
    return this.#messages.find(test);
  }

  /** One's own message, before anybody else knows of it. */
  add(message: Message): Message {
    this.#messages.push(message);
    return message;
  }

  optimistic(it: Incoming): void {
    const known = this.#known(it, it._id);
    if (known?.state === 'confirmed') return;
    const message = known ?? this.add({ key: it._id, state: 'pending', body: it.body, createdAt: it.createdAt, version: 0 });
    Object.assign(message, { tempId: it._id, seq: it.seq, sender: it.senderId, image: it.image, mentions: it.mentions });
    this.#sort();
  }

  confirmed(it: Incoming): Message {
    const version = it.version ?? 1;
    const message = this.#known(it, it.tempId) ??
      this.add({ key: it._id, state: 'confirmed', body: it.body, createdAt: it.createdAt, version: 0 });
    this.seq = Math.max(this.seq, it.seq);
    this.commitNo = Math.max(this.commitNo, it.commitNo ?? 0);
    if (message.state === 'confirmed' && message.version > version) return message;
    delete message.error;
    Object.assign(message, {
      state: 'confirmed', id: it._id, seq: it.seq, body: it.body, image: it.image, parentId: it.parentId,
      mentions: it.mentions, sender: it.senderId, createdAt: it.createdAt, version,
      editedAt: it.editedAt ?? undefined, deletedAt: it.deletedAt ?? undefined,
    });
    this.#sort();
    return message;
  }

  /** Others' messages that failed were never there; one's own stay, to be sent again. */
  failed(it: { tempId: string; clientMessageId?: string; code: string; error: string; retryable: boolean },
    isOwn: (message: Message) => boolean): Message | undefined {
    const message = this.find((one) => one.tempId === it.tempId);
    if (!message || message.state === 'confirmed') return undefined;
    if (!isOwn(message)) {
      this.remove(message);
      return undefined;
    }
    return this.fail(message, { code: it.code, message: it.error, retryable: it.retryable });
  }

  fail(message: Message, error: NonNullable<Message['error']>): Message {
    Object.assign(message, { state: 'failed', error, seq: undefined, tempId: undefined });
    this.#sort();
    return message;
  }

  changed(it: { messageId: string; version: number; commitNo: number }, change: Partial<Message>): void {
    this.commitNo = Math.max(this.commitNo, it.commitNo);
    const message = this.find((one) => one.id === it.messageId);
    if (message && message.version < it.version) Object.assign(message, change, { version: it.version });
  }

  /** After a connection that was not recovered: nobody tells what became of these. */
  forgetOthersUnconfirmed(isOwn: (message: Message) => boolean): void {
    this.#messages = this.#messages.filter((one) => one.state === 'confirmed' || isOwn(one));
  }

  remove(message: Message): void {
    this.#messages = this.#messages.filter((one) => one !== message);
  }

  /** What is not confirmed stays. */
  clearConfirmed(): void {
    this.#messages = this.#messages.filter((one) => one.state !== 'confirmed');
  }

  #known(it: Incoming, tempId?: string): Message | undefined {
    return this.find((one) => one.id === it._id || (tempId !== undefined && one.tempId === tempId) ||
      (it.clientMessageId !== undefined && one.clientMessageId === it.clientMessageId));
  }

  #sort(): void {
    const place = (one: Message) => one.seq ?? Number.POSITIVE_INFINITY;
    const order = new Map(this.#messages.map((one, i) => [one, i]));
    this.#messages.sort((a, b) => {
      const [left, right] = [place(a), place(b)];
      return left === right ? order.get(a)! - order.get(b)! : left - right;
    });
  }
}
