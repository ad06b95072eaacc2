// `rookery generate`: what it lists is what a server then serves.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { closeClients, connect } from './support/client.mjs';
import { freshFolder, rookery, startServer } from './support/server.mjs';

const read = async (folder, name) =>
  (await readFile(join(folder, name), 'utf8')).split('\n').filter(Boolean).map((line) => line.split('\t'));

describe('a generated store', () => {
  let data;
  let out;
  let server;
  const generate = (...flags) => rookery(['generate', '--data', data, '--out', out, ...flags]);

  before(async () => {
    data = await freshFolder();
    out = join(await freshFolder(), 'lists');
    const made = await generate('--users', '20', '--rooms', '10', '--channels', '4', '--members', '5');
    assert.equal(made.code, 0, made.stderr);
    server = await startServer({ data });
  });
  after(async () => {
    closeClients();
    await server?.close();
    await rm(data, { recursive: true, force: true });
  });

  test('lists users, rooms and channels, everybody once', async () => {
    const users = await read(out, 'users.tsv');
    const ids = users.map(([id]) => id);
    assert.equal(new Set(ids).size, 20);
    assert.ok(users.every((row) => row.length === 3));
    const rooms = await read(out, 'rooms.tsv');
    assert.deepEqual(rooms.flatMap(([, ...pair]) => pair).sort(), [...ids].sort());
    const channels = await read(out, 'channels.tsv');
    assert.ok(channels.every((row) => row.length === 7));
    assert.deepEqual(channels.flatMap(([, , ...members]) => members).sort(), [...ids].sort());
  });

  test('its tokens connect, and members hear a channel that they never joined by hand', async () => {
    const tokens = new Map((await read(out, 'users.tsv')).map(([id, , token]) => [id, token]));
    const [channelId, workspaceId, one, other] = (await read(out, 'channels.tsv'))[0];
    const sender = await connect(server, { id: one, token: tokens.get(one) });
    const reader = await connect(server, { id: other, token: tokens.get(other) });
    const answer = await sender.ask('NewMessage', { channelId, workspaceId, body: 'hello' });
    assert.equal(answer.success, true, JSON.stringify(answer));
    await reader.until(() => reader.heard.some(({ event, args }) =>
      event === 'channelMessageConfirmed' && args[0].body === 'hello'), 'the message');
  });

  test('refuses a store that a server has open, with exit code 2', async () => {
    const refused = await generate('--users', '1');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /in use|process \d+/);
  });

  test('refuses counts that cannot be, with exit code 2', async () => {
    for (const flags of [['--users', '2', '--rooms', '2'], ['--users', '0'], ['--users', 'many'],
      ['--users', '2', '--channels', '1', '--members', '3']]) {
      const refused = await generate(...flags);
      assert.equal(refused.code, 2, flags.join(' '));
    }
  });
});
