// A server on PostgreSQL, which is killed and comes back: what was confirmed is there, once, in order.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { closeClients, connect } from './support/client.mjs';
import { Load, random, seed } from './support/load.mjs';
import { Postgres } from './support/postgres.mjs';
import { call, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { rookery, startServer } from './support/server.mjs';
import { eventually, within } from './support/wait.mjs';

const rounds = 3;

describe(`PostgreSQL as the store (ROOKERY_E2E_SEED=${seed})`, () => {
  const at = {};
  before(async () => {
    at.postgres = await Postgres.start();
    at.url = at.postgres.database('chat');
    at.server = await startServer({ args: ['--store', at.url] });
    at.users = await makeUsers(at.server, 4);
    at.space = await makeWorkspace(at.server, at.users[0], at.users.slice(1));
    at.channelId = at.space.general.id;
  });
  after(async () => {
    closeClients();
    await at.server?.close();
    await at.postgres?.close();
  });
  const next = random(seed);
  const ready = async () => (await call(at.server, 'GET', '/readyz')).status;

  async function check(confirmed) {
    const history = await readHistory(at.server, at.users[0], at.channelId);
    assert.deepEqual(history.map(({ seq }) => seq), history.map((_, index) => index + 1), 'no hole');
    assert.equal(new Set(history.map(({ body }) => body)).size, history.length, 'nothing twice');
    const byId = new Map(history.map((message) => [message._id, message]));
    for (const [id, message] of confirmed) {
      assert.equal(byId.get(message._id)?.seq, message.seq, `${id} was confirmed`);
    }
    return history;
  }

  it('carries a message from one to the other and keeps it', async () => {
    const [sender, reader] = await Promise.all(at.users.slice(0, 2).map((user) => connect(at.server, user)));
    for (const client of [sender, reader]) await client.ask('JoinChannel', { channelId: at.channelId });
    const answer = await sender.ask('NewMessage', { channelId: at.channelId, body: 'kept by PostgreSQL' });
    assert.equal(answer.success, true, answer.message);
    await reader.hear('channelMessageConfirmed', ({ _id }) => _id === answer.data._id);
    assert.equal(at.postgres.ask(at.url, 'SELECT body FROM messages'), 'kept by PostgreSQL');
    sender.close();
    reader.close();
  });

  const confirmed = new Map();
  for (let round = 1; round <= rounds; round++) {
    it(`loses nothing when PostgreSQL is killed under load, round ${round}`, async () => {
      const { pid } = at.server;
      const load = await Load.start(at.server, at.users, at.channelId, { label: `round${round}` });
      await within(load.reached(10 + Math.floor(next() * 300)), () => `confirmations\n${at.server.tail()}`);
      await at.postgres.crash();
      await eventually(async () => (await ready()) === 503, () => `a red /readyz\n${at.server.tail()}`);
      assert.equal((await call(at.server, 'GET', '/healthz')).status, 200);
      await at.postgres.restart();
      await eventually(async () => (await ready()) === 200, () => `a green /readyz\n${at.server.tail()}`);
      const before = load.confirmed.size;
      await within(load.reached(before + 20), () => `confirmations again\n${at.server.tail()}`);
      load.stop();
      load.confirmed.forEach((message, id) => confirmed.set(id, message));
      for (const [id, { code }] of load.refused) {
        assert.ok(['STORE_FAILED', 'OVERLOADED'].includes(code), `${id}: ${code}`);
      }
      assert.equal(at.server.pid, pid, 'the server lives on');
      await eventually(async () => (await check(confirmed)).length > 0, 'the history');
      load.close();
    });
  }

  it('is found again by a new process, and by the command line', async () => {
    await at.server.kill();
    await at.server.restart();
    await check(confirmed);
    await at.server.stop();
    const made = await rookery(['user', 'add', '--data', at.server.data, '--store', at.url, '--username', 'late',
      '--email', 'late@example.org', '--password', 'correct horse']);
    assert.equal(made.code, 0, made.stderr);
    assert.equal(at.postgres.ask(at.url, "SELECT username FROM users WHERE email = 'late@example.org'"), 'late');
  });

  it('is refused with exit code 3 when it cannot be opened', async () => {
    const gone = await rookery(['serve', '--data', at.server.data, '--listen', '127.0.0.1:0', '--store',
      'postgresql://postgres:secret@127.0.0.1:1/none']);
    assert.equal(gone.code, 3, gone.stderr);
    assert.ok(!gone.stderr.includes('secret') && !gone.stdout.includes('secret'));
    at.postgres.ask(at.url, "UPDATE meta SET value = 7000 WHERE key = 'schema_version'");
    const newer = await rookery(['serve', '--data', at.server.data, '--listen', '127.0.0.1:0', '--store', at.url]);
    assert.equal(newer.code, 3, newer.stderr);
    assert.match(newer.lines.at(-1), /made by a newer Rookery/);
  });
});
