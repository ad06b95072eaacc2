// No database query stands between the receipt of a message and its delivery.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { call, makeRoom, makeUsers, makeWorkspace, metric } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';

const count = 300;

for (const kind of ['room', 'channel']) {
  describe(`messages to a ${kind} that is in memory`, () => {
    // The index of search reads on its own, behind the commits.
    const at = useServer({ set: { 'chat.searchLagMs': 3_600_000 } }, async (it) => {
      [it.ada, it.bob] = await makeUsers(it.server, 2);
      const room = await makeRoom(it.server, it.ada, it.bob);
      const space = await makeWorkspace(it.server, it.ada, [it.bob]);
      [it.event, it.received, it.to] = kind === 'room'
        ? ['roomMessage', 'roomMessageRecieved', { roomId: room._id }]
        : ['NewMessage', 'NewMessageReceived', { channelId: space.general.id }];
      it.clients = [await connect(it.server, it.ada), await connect(it.server, it.bob)];
      for (const client of it.clients) {
        if (kind === 'channel') await client.ask('JoinChannel', it.to);
        else await client.ask('joinRoom', it.to);
        const warm = await client.ask(it.event, { ...it.to, body: 'warm', clientMessageId: `warm-${client.id}` });
        assert.equal(warm.success, true, warm.message);
      }
    });

    it('read nothing from the store', async () => {
      const reads = await metric(at.server, 'rookery_store_reads_total');
      const statements = await metric(at.server, 'rookery_store_statements_total');
      const [ada, bob] = at.clients;
      await Promise.all(Array.from({ length: count }, (_, number) => [ada, bob][number % 2]
        .ask(at.event, { ...at.to, body: `number ${number}`, clientMessageId: `id-${number}` })
        .then((answer) => assert.equal(answer.success, true, answer.message))));
      await bob.hearMany(at.received, count / 2, ({ body }) => body.startsWith('number'));
      assert.equal(await metric(at.server, 'rookery_store_reads_total') - reads, 0);
      const written = await metric(at.server, 'rookery_store_statements_total') - statements;
      assert.ok(written > 0, 'the counter counts: the writer wrote them');
    });

    it('read nothing for a resend either', async () => {
      const reads = await metric(at.server, 'rookery_store_reads_total');
      for (let number = 0; number < 20; number += 2) {
        const again = await at.clients[0].ask(at.event, { ...at.to, body: 'again', clientMessageId: `id-${number}` });
        assert.equal(again.data?.body, `number ${number}`);
      }
      assert.equal(await metric(at.server, 'rookery_store_reads_total') - reads, 0);
    });

    it('are counted by a counter that moves when something is read', async () => {
      const reads = await metric(at.server, 'rookery_store_reads_total');
      const answer = await call(at.server, 'GET', `/conversations/${Object.values(at.to)[0]}/messages`,
        { token: at.ada.token });
      assert.equal(answer.status, 200);
      assert.ok(await metric(at.server, 'rookery_store_reads_total') > reads);
    });
  });
}
