import type { History, Id } from '../events.mjs';
import type { OutboxEntry } from './outbox.js';
import { Timeline, type Incoming, type Message } from './timeline.js';

/** What a conversation asks of its client. */
export interface Link {
  readonly isConnected: boolean;
  ask(event: string, payload: object): Promise<any>;
  keep(entry: OutboxEntry): Promise<void>;
  drop(clientMessageId: string): Promise<void>;
}

/** Why a message failed, or a question was refused. */
export class RookeryError extends Error {
  constructor(readonly code: string, message: string, readonly retryable = false) {
    super(message);
    this.name = 'RookeryError';
  }
}

export interface SendOptions {
  image?: string;
  /** The message that this one replies to. */
  parentId?: string;
}

let lastOrder = 0;
/** Also behind what an earlier page has left in the outbox. */
function nextOrder(): number {
  lastOrder = Math.max(lastOrder + 1, Date.now() * 1000);
  return lastOrder;
}

interface Outgoing {
  entry: OutboxEntry;
  message: Message;
  settled: Promise<Message>;
  resolve(message: Message): void;
  reject(error: RookeryError): void;
}

const pageSize = 50;
const patienceMs = 1_000;
/** The message may be taken a moment later; the same id makes sure that it is one message. */
const isPassing = (code: string) => ['DISCONNECTED', 'RATE_LIMITED', 'OVERLOADED'].includes(code);

/** A room or a channel: its messages as one sees them, and what one writes. */
export class Conversation {
  readonly #timeline = new Timeline();
  readonly #outgoing = new Map<string, Outgoing>();
  readonly #listeners = new Set<() => void>();
  #isLoaded = false;
  /** Whether there are older messages than those in the list. */
  hasMore = false;

  constructor(readonly kind: 'room' | 'channel', readonly id: Id, private readonly link: Link) {}

  /** In their order; what waits to be sent comes last. */
  get messages(): readonly Message[] {
    return this.#timeline.messages;
  }

  /** Called after every change of the list; returns what stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Shows the message at once and sends it as soon as there is a connection. Resolves when it is stored;
   * rejects with a RookeryError when it failed: then it stays in the list, for retry().
   */
  send(body: string, options: SendOptions = {}): Promise<Message> {
    const entry: OutboxEntry = { clientMessageId: crypto.randomUUID(), kind: this.kind, conversationId: this.id,
      body, createdAt: new Date().toISOString(), order: nextOrder(), ...options };
    const outgoing = this.enqueue(entry);
    void this.link.keep(entry);
    if (this.#isLoaded) void this.#emit(outgoing);
    return outgoing.settled;
  }

  /** Sends a failed message again, as the same message. */
  retry(clientMessageId: string): Promise<Message> {
    const before = this.#outgoing.get(clientMessageId);
    if (before?.message.state !== 'failed') throw new RookeryError('NOT_FOUND', 'There is no such failed message');
    const outgoing = this.#outgoingOf(before.entry, before.message);
    outgoing.message.state = 'pending';
    delete outgoing.message.error;
    void this.link.keep(outgoing.entry);
    void this.#emit(outgoing);
    this.#tell();
    return outgoing.settled;
  }

  /** Takes a failed message off the list for good. */
  async discard(clientMessageId: string): Promise<void> {
    const outgoing = this.#outgoing.get(clientMessageId);
    if (outgoing?.message.state !== 'failed') return;
    this.#outgoing.delete(clientMessageId);
    this.#timeline.remove(outgoing.message);
    await this.link.drop(clientMessageId);
    this.#tell();
  }

  /** The page before the oldest message of the list. */
  async loadOlder(): Promise<void> {
    const oldest = this.messages.find((one) => one.state === 'confirmed')?.seq;
    await this.#load(oldest);
  }

  // What follows is for the client.

  /** Puts a message of the outbox into the list; start() sends it. */
  enqueue(entry: OutboxEntry): Outgoing {
    const { clientMessageId, body, image, parentId, createdAt } = entry;
    const message = this.#timeline.add({ key: clientMessageId, state: 'pending', clientMessageId, body, image, parentId,
      createdAt, version: 0 });
    this.#tell();
    return this.#outgoingOf(entry, message);
  }

  /** After every connect: joins, catches up, sends what waits. */
  async start(isRecovered: boolean): Promise<void> {
    if (!isRecovered || !this.#isLoaded) {
      this.#timeline.forgetOthersUnconfirmed((one) => this.#isOwn(one));
      await this.link.ask(this.kind === 'room' ? 'joinRoom' : 'JoinChannel', this.#place);
      await (this.#isLoaded ? this.#catchUp() : this.#load());
      this.#isLoaded = true;
    }
    for (const outgoing of this.#outgoing.values()) {
      if (outgoing.message.state === 'pending') void this.#emit(outgoing);
    }
  }

  onOptimistic(message: Incoming): void {
    this.#timeline.optimistic(message);
    this.#tell();
  }

  onConfirmed(incoming: Incoming): void {
    const message = this.#timeline.confirmed(incoming);
    const outgoing = this.#outgoing.get(message.clientMessageId ?? '');
    if (outgoing) {
      this.#outgoing.delete(outgoing.entry.clientMessageId);
      void this.link.drop(outgoing.entry.clientMessageId);
      outgoing.resolve(message);
    }
    this.#tell();
  }

  onFailed(failure: Parameters<Timeline['failed']>[0]): void {
    const message = this.#timeline.failed(failure, (one) => this.#isOwn(one));
    if (message) this.#settleFailed(message);
    this.#tell();
  }

  onChanged(it: Parameters<Timeline['changed']>[0], change: Partial<Message>): void {
    this.#timeline.changed(it, change);
    this.#tell();
  }

  get #place(): object {
    return this.kind === 'room' ? { roomId: this.id } : { channelId: this.id };
  }

  #isOwn(message: Message): boolean {
    return this.#outgoing.has(message.clientMessageId ?? '');
  }

  #outgoingOf(entry: OutboxEntry, message: Message): Outgoing {
    const outgoing = { entry, message } as Outgoing;
    outgoing.settled = new Promise((resolve, reject) => Object.assign(outgoing, { resolve, reject }));
    outgoing.settled.catch(() => {}); // the list shows it, too
    this.#outgoing.set(entry.clientMessageId, outgoing);
    return outgoing;
  }

  async #emit({ entry, message }: Outgoing): Promise<void> {
    if (!this.link.isConnected) return; // start() does it
    const { clientMessageId, body, image, parentId } = entry;
    try {
      const data = await this.link.ask(this.kind === 'room' ? 'roomMessage' : 'NewMessage',
        { ...this.#place, body, image, parentId, clientMessageId });
      this.onConfirmed(data);
    } catch (error) {
      const its = error as RookeryError & { retryAfterMs?: number };
      if (!this.#outgoing.has(clientMessageId)) return; // confirmed by an event meanwhile
      if (isPassing(its.code)) return this.#emitLater(clientMessageId, its.retryAfterMs ?? patienceMs);
      if (message.state !== 'failed') this.#timeline.fail(message, { code: its.code, message: its.message, retryable: its.retryable });
      this.#settleFailed(message);
      this.#tell();
    }
  }

  /** After a while; without a connection start() does it. */
  #emitLater(clientMessageId: string, afterMs: number): void {
    setTimeout(() => {
      const again = this.#outgoing.get(clientMessageId);
      if (again?.message.state === 'pending') void this.#emit(again);
    }, afterMs);
  }

  #settleFailed(message: Message): void {
    const outgoing = this.#outgoing.get(message.clientMessageId!);
    const { code, message: why, retryable } = message.error!;
    if (!retryable) void this.link.drop(message.clientMessageId!);
    outgoing?.reject(new RookeryError(code, why, retryable));
  }

  async #load(before?: number): Promise<void> {
    const { messages, hasMore } = await this.link.ask('getMessages', { ...this.#place, before, limit: pageSize }) as
      { messages: History[]; hasMore: boolean };
    messages.forEach((one) => this.#timeline.confirmed(one));
    this.hasMore = hasMore;
    this.#tell();
  }

  async #catchUp(): Promise<void> {
    const { seq, commitNo } = this.#timeline;
    let position: object = commitNo > 0 ? { seq, commitNo } : { seq };
    for (;;) {
      const { conversations } = await this.link.ask('resume', { positions: { [this.id]: position } });
      const page = conversations[this.id];
      if (page.truncated) return this.#startOver();
      for (const one of page.messages) this.onConfirmed(one);
      for (const one of page.edits) this.#timeline.changed(one, { body: one.body, editedAt: one.editedAt ?? undefined });
      for (const one of page.deletions) this.#timeline.changed({ version: Infinity, ...one }, { body: '', deletedAt: one.deletedAt });
      if (!page.hasMore) break;
      position = page.position;
    }
    this.#tell();
  }

  /** Too much was missed: the list begins with the newest page. */
  #startOver(): Promise<void> {
    this.#timeline.clearConfirmed();
    return this.#load();
  }

  #tell(): void {
    this.#listeners.forEach((listener) => listener());
  }
}
