// @rookery/client in Node.js: the optimistic list, retries, catching up, the outbox; and that it is small.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { connect } from './support/client.mjs';
import { call, makeRoom, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { installSdk, layCable } from './support/sdk.mjs';
import { tree } from './support/server.mjs';
import { useServer } from './support/suite.mjs';
import { eventually, within } from './support/wait.mjs';

const run = promisify(execFile);
const states = (conversation) => conversation.messages.map(({ state, body }) => `${state} ${body}`);

describe('@rookery/client', () => {
  const open = new Set();
  const at = useServer({}, async (it) => {
    it.sdk = await installSdk();
    it.library = await import(pathToFileURL(join(it.sdk.dist, 'esm/index.js')));
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
  });
  before(async () => {
    at.room = (await makeRoom(at.server, at.ada, at.bob))._id;
    at.cable = await layCable(at.server);
  });
  afterEach(() => {
    open.forEach((client) => client.close());
    open.clear();
    at.cable.plug();
  });
  after(async () => {
    await at.cable?.close();
    await at.sdk?.remove();
  });
  const client = (user, options = {}) => {
    const made = new at.library.RookeryClient(at.cable.url, { token: user.token,
      socket: { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 50 }, ...options });
    open.add(made);
    return made;
  };
  const sees = (conversation, expected) => eventually(() => {
    const seen = states(conversation);
    return expected.every((one) => seen.includes(one));
  }, () => `${JSON.stringify(expected)}; there is ${JSON.stringify(states(conversation))}`);

  it('shows what one writes at once, and what others write before it is stored', async () => {
    const [ada, bob] = [client(at.ada).room(at.room), client(at.bob).room(at.room)];
    await sees(bob, []);
    const heard = [];
    bob.onChange(() => heard.push(...states(bob).filter((one) => one.endsWith('first'))));
    const sending = ada.send('first');
    assert.deepEqual(states(ada), ['pending first']);
    const { key } = ada.messages[0];
    const stored = await within(sending, 'the message');
    assert.match(stored.id, /^[0-9a-f]{24}$/);
    assert.equal(stored.key, key, 'a list keeps its place');
    assert.equal(ada.messages[0].seq, 1);
    await sees(bob, ['confirmed first']);
    assert.ok(heard.includes('pending first'), `before it was stored: ${heard}`);
    assert.equal(bob.messages[0].sender._id, at.ada.id);
  });

  it('writes without a connection, and is read once when it is back, in order', async () => {
    const [ada, bob] = [client(at.ada).channel(at.space.general.id), client(at.bob).channel(at.space.general.id)];
    await within(ada.send('before'), 'the message');
    await sees(bob, ['confirmed before']);
    at.cable.pull();
    const sending = ['one', 'two', 'three'].map((body) => ada.send(body));
    const plain = await connect(at.server, at.bob);
    assert.equal((await plain.ask('NewMessage', { channelId: at.space.general.id, body: 'meanwhile' })).success, true);
    assert.ok(states(ada).includes('pending three'));
    at.cable.plug();
    await within(Promise.all(sending), 'all of them');
    const expected = ['confirmed before', 'confirmed meanwhile', 'confirmed one', 'confirmed two', 'confirmed three'];
    for (const conversation of [ada, bob]) {
      await sees(conversation, expected);
      assert.deepEqual(states(conversation), expected);
      assert.deepEqual(conversation.messages.map(({ seq }) => seq), [1, 2, 3, 4, 5]);
    }
  });

  it('sends what is in the outbox though nobody opens the conversation', async () => {
    const outbox = new at.library.MemoryOutbox();
    at.cable.pull();
    const before = client(at.ada, { outbox });
    void before.room(at.room).send('from the outbox');
    await eventually(async () => (await outbox.all()).length === 1, 'the entry');
    before.close();
    at.cable.plug();
    client(at.ada, { outbox });
    await eventually(async () => (await outbox.all()).length === 0, 'the end of the entry');
    const bodies = (await readHistory(at.server, at.ada, at.room)).map(({ body }) => body);
    assert.equal(bodies.filter((body) => body === 'from the outbox').length, 1);
  });

  it('follows edits and deletions, also those that it missed', async () => {
    const plain = await connect(at.server, at.bob);
    const say = async (body) => (await plain.ask('roomMessage', { roomId: at.room, body })).data._id;
    const [edited, deleted, missed] = [await say('to edit'), await say('to delete'), await say('to edit later')];
    const room = client(at.ada).room(at.room);
    await sees(room, ['confirmed to edit later']);
    await plain.ask('editMessage', { messageId: edited, body: 'edited' });
    await plain.ask('deleteMessage', { messageId: deleted });
    await sees(room, ['confirmed edited', 'confirmed ']);
    assert.ok(room.messages.find(({ id }) => id === deleted).deletedAt);
    at.cable.pull();
    await plain.ask('editMessage', { messageId: missed, body: 'edited while away' });
    at.cable.plug();
    await sees(room, ['confirmed edited while away']);
  });

  it('tells why a message failed; it stays, for another try or to be thrown away', async () => {
    const room = client(at.ada).room(at.room);
    await within(room.send('all is well'), 'the message');
    await call(at.server, 'PUT', `/room/${at.room}/update`, { token: at.bob.token, body: { status: 'blocked' } });
    await assert.rejects(within(room.send('into a blocked room'), 'the refusal'), { code: 'FORBIDDEN', retryable: false });
    const failed = room.messages.at(-1);
    assert.equal(failed.state, 'failed');
    assert.equal(failed.error.code, 'FORBIDDEN');
    await call(at.server, 'PUT', `/room/${at.room}/update`, { token: at.bob.token, body: { status: 'active' } });
    await within(room.retry(failed.clientMessageId), 'the second try');
    assert.equal(failed.state, 'confirmed');
    await assert.rejects(room.send('x'.repeat(200_000)));
    const other = room.messages.at(-1);
    await room.discard(other.clientMessageId);
    assert.ok(!room.messages.includes(other));
  });

  it('waits when it is too fast, and sends all', async () => {
    const slow = client(at.ada).room(at.room);
    await within(slow.send('ready'), 'the first');
    const many = Array.from({ length: 50 }, (_, i) => slow.send(`fast ${i}`));
    const stored = await within(Promise.all(many), 'all of them');
    assert.equal(new Set(stored.map(({ id }) => id)).size, 50);
  });

  it('says which conversation cannot be read', async () => {
    const errors = [];
    const stranger = client(at.bob);
    stranger.onError((error, conversation) => errors.push([error.code, conversation.id]));
    stranger.channel('f'.repeat(24));
    await eventually(() => errors.length > 0, 'the error');
    assert.deepEqual(errors, [['NOT_FOUND', 'f'.repeat(24)]]);
  });

  it('pages backwards', async () => {
    const plain = await connect(at.server, at.bob);
    const channelId = at.space.general.id;
    await Promise.all(Array.from({ length: 70 }, (_, i) => plain.ask('NewMessage', { channelId, body: `many ${i}` })));
    const channel = client(at.ada).channel(channelId);
    await eventually(() => channel.hasMore, 'a page');
    while (channel.hasMore) await channel.loadOlder();
    const seqs = channel.messages.map(({ seq }) => seq);
    assert.deepEqual(seqs, Array.from({ length: 75 }, (_, i) => i + 1));
  });

  it('asks for a fresh token before each connection', async () => {
    let asked = 0;
    const its = client(at.ada, { token: async () => { asked += 1; return at.ada.token; } });
    await within(its.room(at.room).send('with a token'), 'the message');
    at.cable.pull();
    at.cable.plug();
    await within(its.room(at.room).send('with another'), 'the second message');
    assert.ok(asked >= 3, `asked ${asked} times: for the outbox and for two connections`);
  });

  it('does what its README shows, as an ES module and from CommonJS', async () => {
    const readme = readFileSync(join(tree, 'clients/js/README.md'), 'utf8');
    const [, code] = /^```js\n(.*?)^```$/ms.exec(readme);
    const env = { ...process.env, URL_: at.server.url, TOKEN: at.ada.token, ROOM: at.room };
    const given = 'const url = process.env.URL_, token = process.env.TOKEN, roomId = process.env.ROOM;\n';
    const script = join(at.sdk.folder, 'example.mjs');
    writeFileSync(script, given + code);
    const { stdout } = await run('node', [script], { env, timeout: 30_000 });
    assert.match(stdout, /pending me Hello/);
    assert.match(stdout, /stored as [0-9a-f]{24} at place \d+/);
    const required = join(at.sdk.folder, 'required.cjs');
    writeFileSync(required, given + `const { RookeryClient } = require('@rookery/client');
      const client = new RookeryClient(url, { token });
      client.room(roomId).send('Required').then((it) => { console.log(it.state); client.close(); });`);
    assert.equal((await run('node', [required], { env, timeout: 30_000 })).stdout, 'confirmed\n');
  });

  it('is under 10 KB, packed', () => {
    const folder = join(at.sdk.dist, 'esm');
    const code = readdirSync(folder).filter((name) => name.endsWith('.js')).map((name) => readFileSync(join(folder, name)));
    const bytes = gzipSync(Buffer.concat(code)).length;
    assert.ok(bytes < 10_000, `${bytes} bytes`);
  });
});
