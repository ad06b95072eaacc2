// resume: what a client missed since the positions that it states, in pages, from the store.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { makeChannel, makeRoom, makeUsers, makeWorkspace } from './support/rest.mjs';
import { assertKeys, assertRefused } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';

describe('resume', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob, it.cem] = await makeUsers(it.server, 3);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
    it.writer = await connect(it.server, it.ada);
  });
  const say = (channelId, count, body = 'x') => Promise.all(Array.from({ length: count }, (_, i) =>
    at.writer.ask('NewMessage', { channelId, body: count > 1 ? `${body} ${i}` : body })));
  const resume = async (client, positions) => {
    const answer = await client.ask('resume', { positions });
    assert.equal(answer.success, true, answer.message);
    return answer.data.conversations;
  };
  const seqs = ({ messages }) => messages.map(({ seq }) => seq);
  const upTo = (from, to) => Array.from({ length: to - from }, (_, i) => from + i + 1);

  it('answers what came since, and nothing when nothing did', async () => {
    const id = at.room._id;
    for (const body of ['one', 'two', 'three']) await at.writer.ask('roomMessage', { roomId: id, body });
    const client = await connect(at.server, at.bob);
    const { [id]: page } = await resume(client, { [id]: 1 });
    assertKeys(page, ['roomId', 'messages', 'edits', 'deletions', 'truncated', 'hasMore', 'lastSeq', 'position']);
    assert.deepEqual(page.messages.map(({ body }) => body), ['two', 'three']);
    assert.equal(page.messages[0].roomId, id);
    assert.deepEqual(page.messages[0].senderId, at.ada.user);
    assert.equal(page.position.seq, 3);
    const { [id]: after } = await resume(client, { [id]: page.position });
    assert.deepEqual([after.messages, after.edits, after.deletions, after.hasMore], [[], [], [], false]);
    client.close();
  });

  it('goes on page by page over 50 conversations and a restart, each message once', async () => {
    const channels = [at.space.general];
    while (channels.length < 50) channels.push(await makeChannel(at.server, at.ada, at.space));
    await Promise.all(channels.map(({ id }, i) => say(id, i === 0 ? 250 : 3, 'y'.repeat(2_000))));
    await at.server.kill();
    await at.server.restart();
    at.writer = await connect(at.server, at.ada);
    const client = await connect(at.server, at.bob);
    const got = new Map(channels.map(({ id }) => [id, []]));
    let positions = Object.fromEntries(channels.map(({ id }) => [id, 0]));
    for (let round = 0; Object.keys(positions).length > 0; round++) {
      assert.ok(round < 50, 'it never ends');
      const conversations = await resume(client, positions);
      assert.deepEqual(Object.keys(conversations).sort(), Object.keys(positions).sort());
      positions = {};
      for (const [id, page] of Object.entries(conversations)) {
        got.get(id).push(...seqs(page));
        if (page.hasMore) positions[id] = page.position;
      }
    }
    channels.forEach(({ id }, i) => assert.deepEqual(got.get(id), upTo(0, i === 0 ? 250 : 3)));
    client.close();
  });

  it('is truncated to the newest page beyond 1000 messages', async () => {
    const { id } = at.space.general;
    await say(id, 900);
    const client = await connect(at.server, at.bob);
    const { [id]: page } = await resume(client, { [id]: 0 });
    assert.equal(page.truncated, true);
    assert.equal(page.hasMore, false);
    assert.deepEqual(seqs(page), upTo(1050, 1150));
    assert.equal(page.position.seq, 1150);
    client.close();
  });

  it('refuses each conversation that may not be read, and answers the others', async () => {
    const stranger = await connect(at.server, at.cem);
    const conversations = await resume(stranger, { [at.room._id]: 0, ['f'.repeat(24)]: 0 });
    assertRefused(conversations[at.room._id], 'FORBIDDEN');
    assertRefused(conversations['f'.repeat(24)], 'NOT_FOUND');
    assert.deepEqual(await resume(stranger, {}), {});
    stranger.close();
  });
});
