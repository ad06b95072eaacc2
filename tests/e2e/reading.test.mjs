// Receipts and unread messages: forward only, on all devices, equal to a recount, kept over a restart.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { makeRoom, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { assertKeys, assertRefused, assertTime } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';

const unreadOf = async (client, id) => {
  const { data } = await client.ask('getUnread', {});
  assert.equal(data.total, data.conversations.reduce((sum, one) => sum + one.unread, 0));
  return data.conversations.find((one) => one.roomId === id || one.channelId === id);
};

describe('receipts', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob, it.cem] = await makeUsers(it.server, 3);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
    it.writer = await connect(it.server, it.ada);
    it.laptop = await connect(it.server, it.bob);
    it.phone = await connect(it.server, it.bob);
    for (const client of [it.writer, it.laptop]) {
      await client.ask('JoinChannel', { channelId: it.space.general.id });
    }
  });
  const kinds = () => [
    { place: { roomId: at.room._id }, id: at.room._id, say: 'roomMessage' },
    { place: { channelId: at.space.general.id }, id: at.space.general.id, say: 'NewMessage' }];

  it('move forward, reach the others and the reader\'s other devices, and survive a restart', async () => {
    for (const { place, id, say } of kinds()) {
      const sent = [];
      for (const body of ['one', 'two', 'three']) {
        sent.push((await at.writer.ask(say, { ...place, body })).data);
      }
      await at.laptop.ask(say, { ...place, body: 'mine' });
      assert.deepEqual(await unreadOf(at.laptop, id), { ...place, unread: 3, lastReadSeq: 0, lastSeq: 4 });
      assert.equal((await unreadOf(at.writer, id)).unread, 1);

      const answer = await at.laptop.ask('markRead', { ...place, messageId: sent[1]._id });
      assert.equal(answer.success, true, answer.message);
      assert.equal(answer.data.seq, 2);
      for (const client of [at.writer, at.phone]) {
        const read = await client.hear('messageRead', (heard) => heard.messageId === sent[1]._id);
        assertKeys(read, [...Object.keys(place), 'userId', 'messageId', 'seq', 'readAt'], ['commitNo']);
        assert.equal(read.userId, at.bob.id);
        assert.equal(read.seq, 2);
        assertTime(read.readAt);
      }
      assert.equal((await at.phone.ask('markRead', { ...place, messageId: sent[0]._id })).data.moved, false);
      await settled(at.writer, at.laptop, at.phone);
      assert.equal(at.writer.all('messageRead', (read) => read.messageId === sent[0]._id).length, 0);
      assert.equal(at.laptop.all('messageRead').length, 0, 'who read it knows');
      assert.deepEqual(await unreadOf(at.phone, id), { ...place, unread: 1, lastReadSeq: 2, lastSeq: 4 });
    }
    const statuses = (await readHistory(at.server, at.ada, at.room._id)).map(({ status }) => status);
    assert.deepEqual(statuses, ['read', 'read', 'unread', 'unread']);
    const before = await at.laptop.ask('getUnread', {});
    at.laptop.close();
    await at.server.kill();
    await at.server.restart();
    at.laptop = await connect(at.server, at.bob);
    at.writer = await connect(at.server, at.ada);
    assert.deepEqual(await at.laptop.ask('getUnread', {}), before);
  });

  it('of delivery reach the sender in a room, forward only', async () => {
    const place = { roomId: at.room._id };
    const { seq: last } = (await at.writer.ask('roomMessage', { ...place, body: 'delivered' })).data;
    assert.equal((await at.laptop.ask('markDelivered', { ...place, seq: last })).success, true);
    const heard = await at.writer.hear('messageDelivered');
    assert.deepEqual(heard, { ...place, userId: at.bob.id, seq: last });
    for (const seq of [1, last]) await at.laptop.ask('markDelivered', { ...place, seq });
    await at.laptop.ask('markDelivered', { channelId: at.space.general.id, seq: 4 });
    await settled(at.writer);
    assert.equal(at.writer.all('messageDelivered').length, 1);
    assertRefused(await at.laptop.ask('markDelivered', { ...place, seq: 99 }), 'INVALID_PAYLOAD');
  });

  it('are refused to strangers, and of messages that are elsewhere', async () => {
    const stranger = await connect(at.server, at.cem);
    const [{ place }, { place: channel, say }] = kinds();
    const elsewhere = (await at.writer.ask(say, { ...channel, body: 'x' })).data;
    assertRefused(await at.laptop.ask('markRead', { ...place, messageId: elsewhere._id }), 'NOT_FOUND');
    for (const where of [place, channel]) {
      assertRefused(await stranger.ask('markRead', { ...where, messageId: elsewhere._id }), 'FORBIDDEN');
      assertRefused(await stranger.ask('markDelivered', { ...where, seq: 1 }), 'FORBIDDEN');
    }
    assert.deepEqual((await stranger.ask('getUnread', {})).data, { total: 0, conversations: [] });
  });

  it('make no news of what was there before a channel was joined', async () => {
    const { place, id, say } = kinds()[1];
    await at.laptop.ask('LeaveChannel', place);
    assert.equal(await unreadOf(at.laptop, id), undefined);
    const reader = await connect(at.server, at.ada);
    await reader.ask(say, { ...place, body: 'while he was away' });
    await at.laptop.ask('JoinChannel', place);
    assert.equal((await unreadOf(at.laptop, id)).lastReadSeq, 2);
    reader.close();
  });
});
