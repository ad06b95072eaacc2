// Steady traffic from several clients, written down: what was sent, and what was confirmed.

import { connect } from './client.mjs';

/** Numbers that repeat: the seed is printed when a test fails, and can be given again. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
export const seed = Number(process.env.ROOKERY_E2E_SEED || Date.now() % 1_000_000);

/** Sends to a channel from every client, `window` at a time each, until stop() or the end of the server. */
export class Load {
  /** Confirmed messages as acknowledged or heard, by clientMessageId. */
  confirmed = new Map();
  /** What the server refused or failed, by clientMessageId. */
  refused = new Map();
  sent = new Map();
  #running = true;
  #watchers = [];

  static async start(server, users, channelId, { window = 10, label = '' } = {}) {
    const load = new Load();
    load.clients = await Promise.all(users.map((user, index) => connect(server, user,
      { transports: [index % 2 ? 'polling' : 'websocket'] })));
    await Promise.all(load.clients.map((client) => client.ask('JoinChannel', { channelId })));
    load.clients.forEach((client, who) => {
      client.socket.on('channelMessageConfirmed', (message) => load.#settle(message));
      let number = 0;
      const next = () => {
        if (!load.#running || !client.socket.connected) return;
        const clientMessageId = `${label}-${who}-${number++}`;
        const body = `body of ${clientMessageId}`;
        load.sent.set(clientMessageId, { body, sender: client.user.id });
        client.socket.emit('NewMessage', { channelId, body, clientMessageId }, (answer) => {
          if (answer.success) load.#settle(answer.data);
          else load.refused.set(clientMessageId, answer);
          next();
        });
      };
      for (let slot = 0; slot < window; slot++) next();
    });
    return load;
  }

  #settle({ clientMessageId, _id, seq, body }) {
    // The same id may be told twice (ack and event); it must be the same message both times.
    const old = this.confirmed.get(clientMessageId);
    const now = { _id, seq, body };
    if (old && JSON.stringify(old) !== JSON.stringify(now)) {
      throw new Error(`${clientMessageId} was confirmed as ${JSON.stringify([old, now])}`);
    }
    this.confirmed.set(clientMessageId, now);
    this.#watchers = this.#watchers.filter(({ count, resolve }) => {
      if (this.confirmed.size < count) return true;
      resolve();
      return false;
    });
  }

  /** Resolves when that many messages are confirmed. */
  reached(count) {
    if (this.confirmed.size >= count) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.push({ count, resolve }));
  }

  stop() {
    this.#running = false;
  }

  close() {
    this.stop();
    this.clients.forEach((client) => client.close());
  }
}
