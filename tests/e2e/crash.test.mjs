// kill -9 under load: what was confirmed is there after the restart, once, and without a hole.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { Load, random, seed } from './support/load.mjs';
import { makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';
import { within } from './support/wait.mjs';

const rounds = 6;

describe(`kill -9 under load (ROOKERY_E2E_SEED=${seed})`, () => {
  const at = useServer({ args: ['--loops', '2'] }, async (it) => {
    it.users = await makeUsers(it.server, 6);
    it.space = await makeWorkspace(it.server, it.users[0], it.users.slice(1));
    it.channelId = it.space.general.id;
  });
  const next = random(seed);
  const confirmed = new Map();
  const sent = new Map();

  for (let round = 1; round <= rounds; round++) {
    it(`loses nothing that was confirmed, round ${round}`, async () => {
      const load = await Load.start(at.server, at.users, at.channelId, { label: `round${round}` });
      await within(load.reached(20 + Math.floor(next() * 600)), `confirmations\n${at.server.tail()}`);
      await at.server.kill();
      load.close();
      load.confirmed.forEach((message, id) => confirmed.set(id, message));
      load.sent.forEach((message, id) => sent.set(id, message));
      assert.equal(load.refused.size, 0, JSON.stringify([...load.refused].slice(0, 3)));

      await at.server.restart();
      const history = await readHistory(at.server, at.users[0], at.channelId);
      assert.deepEqual(history.map(({ seq }) => seq), history.map((_, index) => index + 1), 'no hole');
      assert.equal(new Set(history.map(({ _id }) => _id)).size, history.length);
      assert.equal(new Set(history.map(({ body }) => body)).size, history.length, 'nothing twice');
      const byId = new Map(history.map((message) => [message._id, message]));
      for (const [id, message] of confirmed) {
        const stored = byId.get(message._id);
        assert.ok(stored, `${id} was confirmed and is gone`);
        assert.deepEqual({ seq: stored.seq, body: stored.body }, { seq: message.seq, body: message.body }, id);
      }
      const known = new Map([...sent].map(([, { body, sender }]) => [body, sender]));
      for (const { body, senderId } of history) {
        assert.equal(known.get(body), senderId._id, `${body} was sent by somebody`);
      }
    });
  }

  it('goes on with the next number, and knows what it has', async () => {
    const history = await readHistory(at.server, at.users[0], at.channelId);
    const client = await connect(at.server, at.users[0]);
    const answer = await client.ask('NewMessage', { channelId: at.channelId, body: 'the next' });
    assert.equal(answer.data.seq, history.length + 1);
    const [id, message] = [...confirmed].find(([, { _id }]) =>
      history.find((one) => one._id === _id).senderId._id === at.users[0].id);
    const again = await client.ask('NewMessage', { channelId: at.channelId, body: 'again', clientMessageId: id });
    assert.equal(again.data._id, message._id, 'a resend after the crash gets the first outcome');
  });
});
