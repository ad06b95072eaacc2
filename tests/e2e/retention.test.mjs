// Messages that are kept no longer, on both stores: deleted by number, told to nobody, and what is
// left goes on as if nothing had been.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rm } from 'node:fs/promises';
import { closeClients, connect } from './support/client.mjs';
import { Postgres } from './support/postgres.mjs';
import { makeRoom, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { freshFolder, rookery, startServer } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

for (const store of ['sqlite', 'postgresql']) {
  describe(`retention, on ${store}`, () => {
    const at = {};
    before(async () => {
      if (store === 'postgresql') at.postgres = await Postgres.start();
      at.folder = await freshFolder();
      at.args = at.postgres ? ['--store', at.postgres.database('retention')] : [];
      at.server = await startServer({ data: at.folder, args: at.args });
      [at.ada, at.bob] = await makeUsers(at.server, 2);
      at.short = await makeWorkspace(at.server, at.ada, [at.bob]);
      at.long = await makeWorkspace(at.server, at.ada, [at.bob]);
      at.room = await makeRoom(at.server, at.ada, at.bob);
      const ada = await connect(at.server, at.ada);
      await (await connect(at.server, at.bob)).ask('JoinChannel', { channelId: at.short.general.id });
      for (const place of [at.short.general.id, at.long.general.id]) {
        for (let i = 1; i <= 12; i += 1) await ada.ask('NewMessage', { channelId: place, body: `fig ${i}` });
      }
      for (let i = 1; i <= 12; i += 1) await ada.ask('roomMessage', { roomId: at.room._id, body: `fig ${i}` });
      closeClients();
      await at.server.stop();
      at.server = await startServer({
        data: at.folder,
        args: [...at.args, '--set', 'retention.messages=4', '--set', `retention.workspaces=${at.long.id}=0/7`],
      });
      at.a = await connect(at.server, at.ada);
      at.b = await connect(at.server, at.bob);
    });
    after(async () => {
      closeClients();
      await at.server?.close();
      await at.postgres?.close();
      await rm(at.folder, { recursive: true, force: true });
    });
    const numbers = async (conversationId) =>
      (await readHistory(at.server, at.ada, conversationId)).map((message) => message.seq);

    it('keeps the newest of a workspace, by its own rule where there is one, and rooms as they are', async () => {
      await eventually(async () => (await numbers(at.short.general.id)).length === 4, 'four are left', 30_000);
      await eventually(async () => (await numbers(at.long.general.id)).length === 7, 'seven are left', 30_000);
      assert.deepEqual(await numbers(at.short.general.id), [9, 10, 11, 12]);
      assert.deepEqual(await numbers(at.long.general.id), [6, 7, 8, 9, 10, 11, 12]);
      assert.equal((await numbers(at.room._id)).length, 12);
    });

    it('goes on with the next number', async () => {
      const answer = await at.a.ask('NewMessage', { channelId: at.short.general.id, body: 'after' });
      assert.equal(answer.data.seq, 13);
      const resumed = await at.b.ask('resume', { positions: { [at.short.general.id]: 2 } });
      assert.equal(resumed.success, true, resumed.message);
      const one = resumed.data.conversations[at.short.general.id];
      assert.deepEqual(one.messages.map((message) => message.seq), [9, 10, 11, 12, 13]);
    });

    it('finds nothing that is gone', async () => {
      const found = await at.a.ask('searchMessages', { query: `fig in:${at.short.general.id}` });
      assert.equal(found.success, true, found.message);
      assert.deepEqual(found.data.matches.map(({ message }) => message.seq), [12, 11, 10, 9]);
    });

    it('counts what is left as unread', async () => {
      const unread = await at.b.ask('getUnread', {});
      const one = unread.data.conversations.find(({ channelId }) => channelId === at.short.general.id);
      assert.equal(one.unread, 5);
    });
  });
}

it('a rule of another form is refused before anything starts', async () => {
  for (const rule of ['x=1/2', '64b7f0c2a1d3e4f5a6b7c8d9=1', '64b7f0c2a1d3e4f5a6b7c8d9=1/2x', '64b7f0c2a1d3e4f5a6b7c8d9=-1/2']) {
    const { code, stderr } = await rookery(['check-config', '--set', `retention.workspaces=${rule}`]);
    assert.equal(code, 2, rule);
    assert.match(stderr, /retention\.workspaces/);
  }
});
