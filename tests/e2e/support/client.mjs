// The unmodified socket.io-client, with everything it hears written down in order.

import { io } from 'socket.io-client';
import { checkAnswer, checkEvent } from './event_contract.mjs';
import { deferred, within } from './wait.mjs';

const open = new Set();

/** Closes whatever a test left open, so that the process can end. */
export function closeClients() {
  const problem = [...open].find((client) => client.problem)?.problem;
  for (const client of open) client.close();
  if (problem) throw problem;
}

export class Client {
  /** Every event in order of arrival: {event, args}. */
  heard = [];
  #watchers = new Set();

  constructor(server, user, options = {}) {
    const { token = user?.token, auth, ...rest } = options;
    this.user = user;
    this.socket = io(server.url, {
      auth: auth ?? (token === undefined ? {} : { token }),
      forceNew: true, reconnection: false, transports: ['websocket'], autoConnect: false, ...rest,
    });
    this.socket.onAny((event, ...args) => {
      const last = args[args.length - 1];
      this.#check(() => checkEvent(event, args[0]));
      if (typeof last === 'function') args.pop();
      this.heard.push({ event, args, answer: typeof last === 'function' ? last : undefined });
      this.#watchers.forEach((watcher) => watcher());
    });
    this.disconnects = [];
    this.socket.on('disconnect', (reason) => {
      this.disconnects.push(reason);
      this.#watchers.forEach((watcher) => watcher());
    });
    open.add(this);
  }

  get id() {
    return this.socket.id;
  }

  /** Connects; rejects with the CONNECT_ERROR. */
  async connect() {
    const done = deferred();
    const good = () => done.resolve();
    const bad = (error) => done.reject(error);
    this.socket.once('connect', good).once('connect_error', bad);
    this.socket.connect();
    try {
      await within(done.promise, 'connect');
    } finally {
      this.socket.off('connect', good).off('connect_error', bad);
    }
    return this;
  }

  /** Resolves once `condition()` is truthy, looked at on every event and disconnect. */
  async until(condition, what) {
    const now = condition();
    if (this.problem) throw this.problem;
    if (now) return now;
    const done = deferred();
    const watcher = () => {
      const value = condition();
      if (this.problem) done.reject(this.problem);
      else if (value) done.resolve(value);
    };
    this.#watchers.add(watcher);
    try {
      return await within(done.promise, () =>
        `${what} at ${this.user?.username}; heard: ${this.heard.map((h) => h.event).slice(-20).join(' ')}`);
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  /** The first argument of the first `event`, old or new, that `test` accepts. */
  async hear(event, test = () => true) {
    const found = await this.until(
      () => this.heard.find((one) => one.event === event && test(one.args[0])), event);
    return found.args[0];
  }

  /** The first arguments of all events of that name so far. */
  all(event, test = () => true) {
    return this.heard.filter((one) => one.event === event).map((one) => one.args[0]).filter(test);
  }

  /** Resolves with the first `count` of them. */
  async hearMany(event, count, test) {
    await this.until(() => this.all(event, test).length >= count, `${count} × ${event}`);
    return this.all(event, test).slice(0, count);
  }

  /** Emits with a callback and resolves with what the callback got. */
  async ask(event, ...args) {
    const answer = await within(new Promise((resolve) => this.socket.emit(event, ...args, resolve)),
      `the answer to ${event}`);
    checkAnswer(event, args[0], answer);
    return answer;
  }

  /** A listener must not throw: what is wrong fails the next wait. */
  #check(run) {
    try {
      run();
    } catch (error) {
      this.problem ??= error;
      this.#watchers.forEach((watcher) => watcher());
    }
  }

  /** Emits without a callback. */
  tell(event, ...args) {
    this.socket.emit(event, ...args);
  }

  forget() {
    this.heard.length = 0;
  }

  /** The connection is cut, as by a lost network: no DISCONNECT packet. */
  cut() {
    this.socket.io.engine.close();
  }

  close() {
    open.delete(this);
    this.socket.removeAllListeners();
    this.socket.disconnect();
  }
}

export const connect = (server, user, options) => new Client(server, user, options).connect();

/** Tries to connect and resolves with the error; fails if the server lets it in. */
export async function refusal(server, options) {
  const client = new Client(server, undefined, options);
  try {
    await client.connect();
  } catch (error) {
    return error;
  } finally {
    client.close();
  }
  throw new Error('the server accepted the connection');
}

/** The name of the room that belongs to one user alone. */
export const personalRoom = (user) => `${user.username}-${user.id}`;

/**
 * A point in the stream of events: resolves when everything that the server had queued for this
 * socket before has arrived, because answers and events share one order.
 */
export async function settled(...clients) {
  await Promise.all(clients.map(async (client) => {
    const answer = await client.ask('joinRoom', { roomId: personalRoom(client.user) });
    if (answer.success !== true) throw new Error(`no barrier: ${JSON.stringify(answer)}`);
  }));
}
