// backup, export and vacuum while the server runs and without it; restore and migrate without it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { existsSync } from 'node:fs';
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { closeClients, connect } from './support/client.mjs';
import { Load } from './support/load.mjs';
import { Postgres } from './support/postgres.mjs';
import { makeRoom, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { freshFolder, rookery, startServer } from './support/server.mjs';
import { within } from './support/wait.mjs';

// Answers carry absolute addresses; they compare equal over servers on different ports.
const set = { 'server.publicUrl': 'http://chat.example' };

describe('the store, from the command line', () => {
  const at = {};
  before(async () => {
    at.server = await startServer({ set });
    at.folder = await freshFolder();
    at.users = await makeUsers(at.server, 3);
    at.space = await makeWorkspace(at.server, at.users[0], at.users.slice(1));
    at.room = await makeRoom(at.server, at.users[0], at.users[1]);
    at.channelId = at.space.general.id;
    const client = await connect(at.server, at.users[0]);
    await client.ask('JoinChannel', { channelId: at.channelId });
    for (const body of ['one', 'two ✓', 'three']) {
      await client.ask('NewMessage', { channelId: at.channelId, body, clientMessageId: `id of ${body}` });
    }
    client.close();
  });
  after(async () => {
    closeClients();
    await at.server?.close();
    await at.postgres?.close();
    await rm(at.folder, { recursive: true, force: true });
  });
  const file = (name) => join(at.folder, name);
  const command = (...args) => rookery([...args, '--data', at.server.data]);
  const done = async (...args) => {
    const ended = await command(...args);
    assert.equal(ended.code, 0, ended.stderr);
    return ended;
  };
  const history = (server = at.server) => readHistory(server, at.users[0], at.channelId);

  it('backs up under load, and what was confirmed before is in the backup', async () => {
    const load = await Load.start(at.server, at.users, at.channelId, { label: 'load' });
    await within(load.reached(50), 'confirmations');
    const before = new Map(load.confirmed);
    await done('backup', '--out', file('online.db'));
    await within(load.reached(load.confirmed.size + 20), 'confirmations after the backup');
    load.close();
    assert.ok(!existsSync(file('online.db.new')));
    const again = await command('backup', '--out', file('online.db'));
    assert.equal(again.code, 1, 'a file that exists is left alone');
    assert.match(again.stderr, /exists/);

    const other = await startServer({ set, args: ['--store', `sqlite:${file('online.db')}`],
      env: { ROOKERY_AUTH_SECRET: (await readFile(join(at.server.data, 'secret.key'), 'utf8')).trim() } });
    try {
      const rows = await history(other);
      const ids = new Set(rows.map(({ _id }) => _id));
      for (const [id, { _id }] of before) assert.ok(ids.has(_id), `${id} was confirmed before the backup`);
      assert.deepEqual(rows.map(({ seq }) => seq), rows.map((_, index) => index + 1));
    } finally {
      await other.close();
    }
  });

  it('exports every table, without passwords', async () => {
    await done('export', '--out', file('export'));
    const names = await readdir(file('export'));
    for (const name of ['users', 'workspaces', 'channels', 'rooms', 'messages', 'subscriptions']) {
      assert.ok(names.includes(`${name}.jsonl`), name);
    }
    const lines = (await readFile(file('export/messages.jsonl'), 'utf8')).trim().split('\n').map(JSON.parse);
    const exported = lines.find(({ body }) => body === 'two ✓');
    const stored = (await history()).find(({ body }) => body === 'two ✓');
    assert.equal(exported.id, stored._id);
    assert.equal(exported.conversation_id, at.channelId);
    const users = await readFile(file('export/users.jsonl'), 'utf8');
    assert.ok(users.includes(at.users[0].id) && !users.includes('argon2'));
    const again = await command('export', '--out', file('export'));
    assert.equal(again.code, 1, 'a folder with something in it is left alone');
  });

  it('vacuums online and refuses restore and migrate with exit code 2', async () => {
    await done('vacuum');
    assert.equal((await command('restore', file('online.db'))).code, 2);
    const url = `sqlite:${join(at.server.data, 'rookery.db')}`;
    assert.equal((await command('migrate', '--from', url, '--to', `sqlite:${file('x.db')}`)).code, 2);
    assert.equal((await command('migrate', '--from', 'mysql://a', '--to', url)).code, 2);
  });

  it('does the same without a server, and restores', async () => {
    const before = await history();
    await at.server.stop();
    await done('vacuum');
    await done('backup', '--out', file('offline.db'));
    await done('export', '--out', file('export offline'));
    await rm(join(at.server.data, 'rookery.db'));
    const missing = await command('restore', file('no such file'));
    assert.equal(missing.code, 2);
    const damaged = await command('restore', join(at.folder, 'export', 'users.jsonl'));
    assert.equal(damaged.code, 1, damaged.stderr);
    await done('restore', file('offline.db'));
    await at.server.restart();
    assert.deepEqual(await history(), before);
  });

  it('keeps what was there before a restore', async () => {
    const before = await history();
    const client = await connect(at.server, at.users[0]);
    await client.ask('JoinChannel', { channelId: at.channelId });
    await client.ask('NewMessage', { channelId: at.channelId, body: 'after the backup' });
    client.close();
    await at.server.stop();
    await done('restore', file('offline.db'));
    assert.ok(existsSync(join(at.server.data, 'rookery.db.before-restore')));
    await at.server.restart();
    assert.deepEqual(await history(), before);
  });

  it('migrates to PostgreSQL and back, with everything', async () => {
    const before = await history();
    await at.server.stop();
    at.postgres = await Postgres.start();
    const url = at.postgres.database('carried');
    const local = `sqlite:${join(at.server.data, 'rookery.db')}`;
    await done('migrate', '--from', local, '--to', url);
    const twice = await command('migrate', '--from', local, '--to', url);
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /not empty/);
    const secret = (await readFile(join(at.server.data, 'secret.key'), 'utf8')).trim();
    const there = await startServer({ set, args: ['--store', url], env: { ROOKERY_AUTH_SECRET: secret } });
    try {
      assert.deepEqual(await history(there), before);
      const client = await connect(there, at.users[0]);
      await client.ask('JoinChannel', { channelId: at.channelId });
      const next = await client.ask('NewMessage', { channelId: at.channelId, body: 'in the new store' });
      assert.equal(next.data.seq, before.length + 1);
      const known = await client.ask('NewMessage', { channelId: at.channelId, body: 'again',
        clientMessageId: 'id of one' });
      assert.equal(known.data.body, 'one', 'deduplication came along');
      await makeWorkspace(there, at.users[1], []);
      client.close();
      const backup = await rookery(['backup', '--data', there.data, '--store', url, '--out', file('of postgres.db')]);
      assert.equal(backup.code, 0, backup.stderr);
    } finally {
      await there.close();
    }
    await done('migrate', '--from', url, '--to', `sqlite:${file('back.db')}`);
    for (const name of ['of postgres.db', 'back.db']) {
      const back = await startServer({ set, args: ['--store', `sqlite:${file(name)}`], env: { ROOKERY_AUTH_SECRET: secret } });
      try {
        const rows = await history(back);
        assert.deepEqual(rows.slice(0, before.length), before, name);
        assert.equal(rows.at(-1).body, 'in the new store');
      } finally {
        await back.close();
      }
    }
    await at.server.restart();
  });
});
