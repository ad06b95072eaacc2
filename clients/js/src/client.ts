import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { ClientToServerEvents, ServerToClientEvents } from '../events.mjs';
import { Conversation, RookeryError, type Link } from './conversation.js';
import { defaultOutbox, type OutboxEntry, type OutboxStore } from './outbox.js';
import type { Incoming } from './timeline.js';

export type RookerySocket = Socket<ServerToClientEvents, ClientToServerEvents>;

export interface RookeryOptions {
  /** The token of a sign-in, or what gives a fresh one for every connection. */
  token: string | (() => string | Promise<string>);
  /** Where unsent messages wait. IndexedDB where there is one, else memory. */
  outbox?: OutboxStore;
  /** What socket.io-client takes. */
  socket?: Partial<ManagerOptions & SocketOptions>;
}

const answerWithinMs = 30_000;

/** Who the token is for; it is read, not checked. */
function userOf(token: string): string {
  try {
    const [, claims] = token.split('.');
    return String(JSON.parse(atob(claims.replace(/-/g, '+').replace(/_/g, '/'))).id);
  } catch {
    return 'unknown';
  }
}

/** A connection to a Rookery server, and the conversations that one follows over it. */
export class RookeryClient {
  readonly socket: RookerySocket;
  readonly #conversations = new Map<string, Conversation>();
  readonly #outbox: Promise<OutboxStore>;

  constructor(url: string, { token, outbox, socket = {} }: RookeryOptions) {
    const fresh = async () => (typeof token === 'function' ? token() : token);
    this.#outbox = (async () => outbox ?? defaultOutbox(userOf(await fresh())))();
    this.socket = io(url, {
      ...socket,
      auth: (give) => {
        fresh().then((one) => give({ token: one }), () => give({ token: '' }));
      },
    });
    this.#listen();
    void this.#takeOutbox();
  }

  /** A one-to-one room; the same object for the same id. */
  room(id: string): Conversation {
    return this.#conversation('room', id);
  }

  /** A channel of a workspace. */
  channel(id: string): Conversation {
    return this.#conversation('channel', id);
  }

  /** Emits an event and resolves with `data` of its answer; rejects with a RookeryError. */
  async ask(event: string, payload: object): Promise<any> {
    const socket = this.socket as Socket;
    if (!socket.connected) throw new RookeryError('DISCONNECTED', 'There is no connection', true);
    let answer;
    try {
      answer = await socket.timeout(answerWithinMs).emitWithAck(event, payload);
    } catch {
      throw new RookeryError('DISCONNECTED', 'The connection ended before the answer', true);
    }
    if (answer.success) return answer.data;
    const error = new RookeryError(answer.code, answer.message, answer.retryable === true || answer.code === 'STORE_FAILED');
    throw Object.assign(error, { retryAfterMs: answer.retryAfterMs });
  }

  close(): void {
    this.socket.disconnect();
  }

  #conversation(kind: 'room' | 'channel', id: string): Conversation {
    const known = this.#conversations.get(id);
    if (known) return known;
    const made = new Conversation(kind, id, this.#link());
    this.#conversations.set(id, made);
    if (this.socket.connected) void this.#start(made, false);
    return made;
  }

  #link(): Link {
    const { socket } = this;
    const withOutbox = async (work: (outbox: OutboxStore) => Promise<void>) => {
      try {
        await work(await this.#outbox);
      } catch (error) {
        this.#tellOutbox(error); // a browser may deny its database
      }
    };
    return {
      get isConnected() {
        return socket.connected;
      },
      ask: (event, payload) => this.ask(event, payload),
      keep: (entry: OutboxEntry) => withOutbox((outbox) => outbox.put(entry)),
      drop: (clientMessageId) => withOutbox((outbox) => outbox.remove(clientMessageId)),
    };
  }

  async #takeOutbox(): Promise<void> {
    const entries = await (await this.#outbox).all().catch((error) => {
      this.#tellOutbox(error);
      return [];
    });
    const touched = new Set<Conversation>();
    for (const entry of entries) {
      const its = this.#conversation(entry.kind, entry.conversationId);
      if (its.messages.some((one) => one.clientMessageId === entry.clientMessageId)) continue;
      its.enqueue(entry);
      touched.add(its);
    }
    if (this.socket.connected) touched.forEach((its) => void this.#start(its, true));
  }

  async #start(conversation: Conversation, isRecovered: boolean): Promise<void> {
    try {
      await conversation.start(isRecovered);
    } catch (error) {
      if ((error as RookeryError).code === 'DISCONNECTED') return; // the next connect does it
      this.#listeners.forEach((listener) => listener(error as RookeryError, conversation));
    }
  }

  readonly #listeners = new Set<(error: RookeryError, conversation?: Conversation) => void>();
  #tellOutbox(error: unknown): void {
    const its = new RookeryError('OUTBOX_FAILED', `A reload will lose what was not sent: ${error}`);
    this.#listeners.forEach((listener) => listener(its));
  }

  /** A conversation could not be joined or read, or the outbox not be used; returns what stops it. */
  onError(listener: (error: RookeryError, conversation?: Conversation) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #listen(): void {
    const { socket } = this;
    socket.on('connect', () => {
      for (const one of this.#conversations.values()) void this.#start(one, socket.recovered);
    });
    const of = (it: { roomId?: unknown; channelId?: unknown }): Conversation | undefined => {
      const place = (it.roomId ?? it.channelId) as string | { _id: string };
      return this.#conversations.get(typeof place === 'string' ? place : place._id);
    };
    const optimistic = (it: Incoming & { roomId?: unknown; channelId?: unknown }) => of(it)?.onOptimistic(it);
    const confirmed = (it: Incoming & { roomId?: unknown; channelId?: unknown }) => of(it)?.onConfirmed(it);
    for (const event of ['roomMessageRecieved', 'roomMessageSent', 'NewMessageReceived', 'channelMessageSent'] as const) {
      socket.on(event, optimistic);
    }
    socket.on('roomMessageConfirmed', confirmed);
    socket.on('channelMessageConfirmed', confirmed);
    socket.on('roomMessageFailed', (it) => of(it)?.onFailed(it));
    socket.on('channelMessageFailed', (it) => of(it)?.onFailed(it));
    socket.on('messageEdited', (it) => of(it)?.onChanged(it, { body: it.body, editedAt: it.editedAt, mentions: it.mentions }));
    socket.on('messageDeleted', (it) => of(it)?.onChanged(it, { body: '', deletedAt: it.deletedAt }));
    socket.on('pendingMessages', (batch, answer) => {
      for (const one of batch.messages) of(one)?.onConfirmed(one);
      answer();
    });
  }
}
