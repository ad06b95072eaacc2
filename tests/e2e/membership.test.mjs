// Joining and leaving: the answers word for word, and membership that belongs to the user.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, personalRoom, settled } from './support/client.mjs';
import { makeChannel, makeRoom, makeUser, makeUsers, makeWorkspace } from './support/rest.mjs';
import { assertKeys, assertRefused } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';
import { eventually } from './support/wait.mjs';

const kinds = [
  { kind: 'room', key: 'roomId', join: 'joinRoom', leave: 'leaveRoom', send: 'roomMessage' },
  { kind: 'channel', key: 'channelId', join: 'JoinChannel', leave: 'LeaveChannel', send: 'NewMessage' },
];

for (const { kind, key, join, leave, send } of kinds) {
  describe(`membership of a ${kind}`, () => {
    const at = useServer({}, async (it) => {
      [it.ada, it.bob, it.eve] = await makeUsers(it.server, 3);
      it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
    });
    const fresh = async () => (kind === 'room'
      // A pair has one room, so every test brings a partner of its own.
      ? (at.bob = await makeUser(at.server), (await makeRoom(at.server, at.ada, at.bob))._id)
      : (await makeChannel(at.server, at.ada, at.space)).id);
    const ask = (client, event, id) => client.ask(event, { [key]: id });

    it('is answered as the contract says', async () => {
      const id = await fresh();
      const client = await connect(at.server, at.ada);
      const first = await ask(client, join, id);
      assertKeys(first, ['success', 'message', 'data']);
      assert.deepEqual(first, { success: true, message: `Successfully joined the ${kind}`,
        data: { [key]: id, connectedUsers: 1, alreadyJoined: false, lastSeq: 0 } });

      const again = await ask(client, join, id);
      assert.deepEqual(again, { success: true, message: `Already in the ${kind}`,
        data: { [key]: id, connectedUsers: 1, alreadyJoined: true, lastSeq: 0 } });

      await client.ask(send, { [key]: id, body: 'one' });
      assert.equal((await ask(client, join, id)).data.lastSeq, 1);

      const left = await ask(client, leave, id);
      assert.deepEqual(left, { success: true, message: `Successfully left the ${kind}`, data: { [key]: id } });
      const back = await ask(client, join, id);
      assert.equal(back.data.alreadyJoined, false);
      assert.equal(back.data.lastSeq, 1);
      client.close();
    });

    it('is refused with the words of the contract', async () => {
      const client = await connect(at.server, at.ada);
      for (const event of [join, leave]) {
        for (const payload of [{}, { [key]: null }, { [key]: '' }]) {
          assertRefused(await client.ask(event, payload), 'INVALID_PAYLOAD', `${key} is required`);
        }
        for (const payload of ['text', 7, true, null, [], ['x']]) {
          assertRefused(await client.ask(event, payload), 'INVALID_PAYLOAD',
            `Invalid data format. Expected JSON object with ${key}`);
        }
      }
      assertRefused(await ask(client, join, 'ffffffffffffffffffffffff'), 'NOT_FOUND');
      client.close();
    });

    it('is refused to strangers', async () => {
      const id = await fresh();
      const stranger = await connect(at.server, at.eve);
      assertRefused(await ask(stranger, join, id), 'FORBIDDEN');
      stranger.close();
    });

    it('is not mixed up with the other kind', async () => {
      const id = await fresh();
      const client = await connect(at.server, at.ada);
      const [other, otherKey] = kind === 'room' ? ['JoinChannel', 'channelId'] : ['joinRoom', 'roomId'];
      assertRefused(await client.ask(other, { [otherKey]: id }), 'NOT_FOUND');
      client.close();
    });

    it('counts users, not sockets', async () => {
      const id = await fresh();
      const laptop = await connect(at.server, at.ada);
      const phone = await connect(at.server, at.ada);
      const reader = await connect(at.server, at.bob);
      assert.equal((await ask(laptop, join, id)).data.connectedUsers, 1);
      const second = await ask(phone, join, id);
      assert.equal(second.data.connectedUsers, 1);
      assert.equal(second.data.alreadyJoined, true, 'joined on one device is joined on all');
      assert.equal((await ask(reader, join, id)).data.connectedUsers, 2);
      assert.equal((await ask(laptop, join, id)).data.connectedUsers, 2);

      phone.close();
      assert.equal((await ask(reader, join, id)).data.connectedUsers, 2, 'one device is left');
      laptop.close();
      await eventually(async () => (await ask(reader, join, id)).data.connectedUsers === 1,
        'the count without the user who is gone');
      const back = await connect(at.server, at.ada);
      await settled(back);
      assert.equal((await ask(reader, join, id)).data.connectedUsers, 2, 'membership came back by itself');
      await ask(back, leave, id);
      assert.equal((await ask(reader, join, id)).data.connectedUsers, 1);
      back.close();
      reader.close();
    });

    it('that was left on one device is left on all', async () => {
      const id = await fresh();
      const laptop = await connect(at.server, at.ada);
      const phone = await connect(at.server, at.ada);
      await ask(laptop, join, id);
      await ask(phone, leave, id);
      const again = await ask(laptop, join, id);
      assert.equal(again.data.alreadyJoined, false);
      laptop.close();
      phone.close();
    });

    it('survives a restart, and the first join then is a first one', async () => {
      const kept = await fresh();
      const keptBy = at.bob;
      const gone = await fresh();
      const client = await connect(at.server, at.ada);
      await ask(client, join, kept);
      await ask(client, join, gone);
      await ask(client, leave, gone);
      await client.ask(send, { [key]: kept, body: 'before' });
      await at.server.kill();
      await at.server.restart();

      const later = await connect(at.server, at.ada);
      await settled(later);
      assert.equal(later.all('reconnected').length, 0, 'no earlier socket is known any more');
      const writer = await connect(at.server, keptBy);
      if (kind === 'channel') {
        await writer.ask(send, { [key]: gone, body: 'to nobody' });
        await writer.ask(send, { [key]: kept, body: 'after' });
        const heard = await later.hear('NewMessageReceived');
        assert.equal(heard.body, 'after', 'the channel that was left stays left');
        assert.equal(heard.seq, 2);
      }
      const joined = await ask(later, join, kept);
      assert.equal(joined.data.alreadyJoined, false);
      assert.equal(joined.message, `Successfully joined the ${kind}`);
      assert.equal(joined.data.lastSeq, kind === 'channel' ? 2 : 1);
      later.close();
      writer.close();
    });
  });
}

describe('the personal room', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.client = await connect(it.server, it.ada);
  });

  it('may be joined by its owner, also under an old name', async () => {
    for (const roomId of [personalRoom(at.ada), `an-older-name-${at.ada.id}`]) {
      const answer = await at.client.ask('joinRoom', { roomId });
      assert.equal(answer.success, true, answer.message);
      assertKeys(answer.data, ['roomId', 'connectedUsers', 'alreadyJoined', 'lastSeq']);
      assert.equal(answer.data.connectedUsers, 1);
    }
  });

  it('is closed to everybody else, also under the name of the asker', async () => {
    for (const roomId of [personalRoom(at.bob), `${at.ada.username}-${at.bob.id}`]) {
      assertRefused(await at.client.ask('joinRoom', { roomId }), 'FORBIDDEN');
    }
  });
});

describe('joining without a callback', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
  });

  it('joins all the same', async () => {
    const reader = await connect(at.server, at.ada);
    const writer = await connect(at.server, at.bob);
    reader.tell('JoinChannel', { channelId: at.space.general.id });
    await eventually(async () => {
      await writer.ask('NewMessage', { channelId: at.space.general.id, body: 'anybody there?' });
      await settled(reader);
      return reader.all('NewMessageReceived').length > 0;
    }, 'a message to who joined without a callback');
    const answer = await reader.ask('JoinChannel', { channelId: at.space.general.id });
    assert.equal(answer.data.alreadyJoined, true);
  });
});
