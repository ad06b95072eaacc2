// What came while a user was away is sent when he is back, until he has answered for it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { makeRoom, makeUsers, makeWorkspace, metric } from './support/rest.mjs';
import { assertKeys } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';
import { eventually } from './support/wait.mjs';

/** Closes it, and waits until the server has noticed: what is sent then is sent to nobody. */
async function leave(server, client) {
  await settled(client);
  const before = await metric(server, 'rookery_sockets');
  client.close();
  await eventually(async () => await metric(server, 'rookery_sockets') < before, 'the end of a socket');
}

describe('pending messages', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
    it.writer = await connect(it.server, it.ada);
    const reader = await connect(it.server, it.bob);
    for (const client of [it.writer, reader]) await client.ask('JoinChannel', { channelId: it.space.general.id });
    await leave(it.server, reader);
  });
  const say = async (count, stem) => {
    for (let i = 0; i < count; i++) {
      const answer = await at.writer.ask('roomMessage', { roomId: at.room._id, body: `${stem} ${i}` });
      assert.equal(answer.success, true, answer.message);
    }
  };
  const batch = (client, index = 0) => client.until(
    () => client.heard.filter(({ event }) => event === 'pendingMessages')[index], `batch ${index}`);
  const bodies = ({ args }) => args[0].messages.map(({ body }) => body);
  const late = (client) => client.all('pendingMessages').flatMap(({ messages }) => messages.map(({ body }) => body));
  const goAway = (client) => leave(at.server, client);

  it('of rooms and channels are sent once, when they were answered', async () => {
    await say(2, 'away');
    await at.writer.ask('NewMessage', { channelId: at.space.general.id, body: 'in the channel' });
    const reader = await connect(at.server, at.bob);
    const first = await batch(reader);
    assertKeys(first.args[0], ['messages', 'more']);
    assert.equal(first.args[0].more, false);
    assert.deepEqual(bodies(first).sort(), ['away 0', 'away 1', 'in the channel']);
    for (const message of first.args[0].messages) {
      assertKeys(message, ['_id', 'seq', 'body', 'image', 'imageKey', 'status', 'senderId', 'createdAt', 'updatedAt'],
        ['roomId', 'channelId', 'workspaceId', 'commitNo', 'version']);
      assert.deepEqual(message.senderId, at.ada.user);
    }
    first.answer();
    const delivered = await at.writer.hear('messageDelivered');
    assert.deepEqual(delivered, { roomId: at.room._id, userId: at.bob.id, seq: 2 });
    await goAway(reader);
    // What comes while the store is asked may be sent both ways: its seq tells.
    const again = await connect(at.server, at.bob);
    again.socket.on('pendingMessages', (batches, answer) => answer());
    await say(1, 'live');
    await again.hear('roomMessageConfirmed');
    await goAway(again);
    assert.ok(!late(again).some((body) => body !== 'live 0'), String(late(again)));
    const third = await connect(at.server, at.bob);
    third.socket.on('pendingMessages', (batches, answer) => answer());
    await say(1, 'live again');
    await third.hear('roomMessageConfirmed', ({ body }) => body === 'live again 0');
    await goAway(third);
    assert.ok(!late(third).includes('live 0'), 'what was heard live is not pending');
  });

  it('that are not answered are sent three times', async () => {
    await say(1, 'ignored');
    for (let time = 0; time < 3; time++) {
      const reader = await connect(at.server, at.bob);
      assert.deepEqual(bodies(await batch(reader)), ['ignored 0'], `time ${time}`);
      await goAway(reader);
    }
    await say(1, 'later');
    const reader = await connect(at.server, at.bob);
    const got = await batch(reader);
    assert.deepEqual(bodies(got), ['later 0']);
    got.answer();
    await at.writer.hear('messageDelivered', ({ seq }) => seq === got.args[0].messages[0].seq);
    await goAway(reader);
  });

  it('come in batches of 200, one at a time, and survive a kill', async () => {
    await Promise.all(Array.from({ length: 250 }, (_, i) =>
      at.writer.ask('roomMessage', { roomId: at.room._id, body: `many ${i}` })));
    await at.server.kill();
    await at.server.restart();
    at.writer = await connect(at.server, at.ada);
    const reader = await connect(at.server, at.bob);
    const first = await batch(reader);
    assert.equal(first.args[0].messages.length, 200);
    assert.equal(first.args[0].more, true);
    await settled(reader);
    assert.equal(reader.all('pendingMessages').length, 1, 'the second waits for the answer');
    const other = await connect(at.server, at.bob);
    await settled(other);
    assert.equal(other.all('pendingMessages').length, 0, 'one batch is outstanding per user');
    first.answer();
    const second = await batch(reader, 1);
    assert.equal(second.args[0].messages.length, 50);
    assert.equal(second.args[0].more, false);
    const seqs = [...first.args[0].messages, ...second.args[0].messages].map(({ seq }) => seq);
    assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i), 'in order, without a hole');
    second.answer();
    await at.writer.hear('messageDelivered', ({ seq }) => seq === seqs.at(-1));
    other.close();
    await goAway(reader);
  });

  it('that were read otherwise are no longer pending', async () => {
    await say(2, 'read');
    const reader = await connect(at.server, at.bob);
    const got = await batch(reader);
    await reader.ask('markRead', { roomId: at.room._id, messageId: got.args[0].messages.at(-1)._id });
    await goAway(reader);
    await say(1, 'new');
    const again = await connect(at.server, at.bob);
    assert.deepEqual(bodies(await batch(again)), ['new 0']);
    again.close();
  });
});
