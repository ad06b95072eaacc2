'use strict';
// What is kept in PostgreSQL. Without a DATABASE_URL nothing is kept, and every write succeeds.

const { readFileSync } = require('node:fs');
const path = require('node:path');
const { Pool } = require('pg');

const SCHEMA = `
  CREATE TABLE users (id text PRIMARY KEY, username text NOT NULL UNIQUE);
  CREATE TABLE conversations (id text PRIMARY KEY, kind text NOT NULL, workspace_id text);
  CREATE TABLE members (conversation_id text REFERENCES conversations, user_id text REFERENCES users,
    PRIMARY KEY (conversation_id, user_id));
  CREATE TABLE messages (
    id text PRIMARY KEY, conversation_id text NOT NULL REFERENCES conversations, seq bigint NOT NULL,
    sender_id text NOT NULL REFERENCES users, client_message_id text, body text NOT NULL,
    created_at timestamptz NOT NULL);
  CREATE UNIQUE INDEX messages_seq ON messages (conversation_id, seq);
  CREATE UNIQUE INDEX messages_client ON messages (sender_id, client_message_id);`;

const INSERT = {
  name: 'insert-message', // prepared once for each connection
  text: `INSERT INTO messages (id, conversation_id, seq, sender_id, client_message_id, body, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
};

const table = (folder, name) =>
  readFileSync(path.join(folder, name), 'utf8').split('\n').filter(Boolean).map((line) => line.split('\t'));

class Store {
  /** Fills the database with what `rookery generate` listed, and holds members in memory as a cache. */
  static async open(url, lists) {
    const store = new Store();
    store.users = new Map(table(lists, 'users.tsv').map(([id, username]) => [id, { _id: id, username,
      email: `${username}@example.org`, avatar: 'http://127.0.0.1:3000/avatar/default.png' }]));
    store.conversations = new Map();
    const add = (id, kind, workspaceId, members) =>
      store.conversations.set(id, { _id: id, kind, workspaceId, members: new Set(members), seq: 0, settled: Promise.resolve() });
    for (const [id, workspaceId, ...members] of table(lists, 'channels.tsv')) add(id, 'channel', workspaceId, members);
    for (const [id, ...members] of table(lists, 'rooms.tsv')) add(id, 'room', null, members);
    if (url) await store.fill(url);
    return store;
  }

  async fill(url) {
    this.pool = new Pool({ connectionString: url, max: 10 });
    await this.pool.query(SCHEMA);
    const users = [...this.users.values()];
    await this.pool.query('INSERT INTO users SELECT * FROM unnest($1::text[], $2::text[])',
      [users.map((user) => user._id), users.map((user) => user.username)]);
    const all = [...this.conversations.values()];
    await this.pool.query('INSERT INTO conversations SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
      [all.map((one) => one._id), all.map((one) => one.kind), all.map((one) => one.workspaceId)]);
    const pairs = all.flatMap((one) => [...one.members].map((member) => [one._id, member]));
    await this.pool.query('INSERT INTO members SELECT * FROM unnest($1::text[], $2::text[])',
      [pairs.map(([id]) => id), pairs.map(([, member]) => member)]);
  }

  async insert(message) {
    if (!this.pool) return;
    await this.pool.query({ ...INSERT, values: [message.id, message.conversationId, message.seq, message.senderId,
      message.clientMessageId, message.body, message.createdAt] });
  }
}

module.exports = { Store };
