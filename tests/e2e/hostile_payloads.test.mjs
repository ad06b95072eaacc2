// A table of odd payloads, each sent to every event: answered as the contract says, nothing done.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { RawSocket } from './support/raw_ws.mjs';
import { call, makeRoom, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { isSanitized } from './support/server.mjs';
import { assertRefused } from './support/shapes.mjs';
import { bothTransports, useServer } from './support/suite.mjs';
import { fieldTables, shapeTable } from './support/odd_payloads.mjs';

/** A payload of each event that would be good. */
const goodPayloads = ({ ada, bob, room, space }) => {
  const person = ({ id, username, email }) => ({ id, username, email });
  const signal = { from: person(ada), to: { room: room._id, user: person(bob) } };
  return {
    joinRoom: { roomId: room._id },
    leaveRoom: { roomId: room._id },
    roomMessage: { roomId: room._id, senderId: ada.id, body: 'good' },
    JoinChannel: { channelId: space.general.id },
    LeaveChannel: { channelId: space.general.id },
    NewMessage: { channelId: space.general.id, senderId: ada.id, body: 'good' },
    offer: { ...signal, offer: { type: 'offer', sdp: 'v=0\r\n' } },
    answer: { ...signal, answer: { type: 'answer', sdp: 'v=0\r\n' } },
    'ice-candidate': { ...signal, candidate: { candidate: 'candidate:1', sdpMid: '0' } },
    'renegotiation-needed': signal,
    typing: { roomId: room._id, isTyping: true },
    setPresence: { status: 'away' },
    watchPresence: { userIds: [bob.id] },
    unwatchPresence: { userIds: [bob.id] },
    markRead: { roomId: room._id, messageId: 'f'.repeat(24) },
    markDelivered: { roomId: room._id, seq: 1 },
    editMessage: { messageId: 'f'.repeat(24), body: 'good' },
    deleteMessage: { messageId: 'f'.repeat(24) },
    addReaction: { messageId: 'f'.repeat(24), emoji: '👍' },
    pinMessage: { messageId: 'f'.repeat(24) },
    getMessages: { roomId: room._id },
    getPins: { roomId: room._id },
    getThread: { messageId: 'f'.repeat(24) },
    searchMessages: { query: 'good' },
    getMessageHistory: { messageId: 'f'.repeat(24) },
    resume: { positions: { [room._id]: 0 } },
    renewToken: { token: ada.token },
  };
};
const events = ['joinRoom', 'leaveRoom', 'roomMessage', 'JoinChannel', 'LeaveChannel', 'NewMessage',
  'offer', 'answer', 'ice-candidate', 'renegotiation-needed',
  'typing', 'setPresence', 'watchPresence', 'unwatchPresence',
  'markRead', 'markDelivered', 'editMessage', 'deleteMessage', 'addReaction', 'pinMessage',
  'getMessages', 'getPins', 'getThread', 'getMessageHistory', 'searchMessages', 'resume', 'renewToken'];

for (const transport of bothTransports) {
  describe(`odd payloads over ${transport}`, () => {
    const at = useServer({}, async (it) => {
      [it.ada, it.bob] = await makeUsers(it.server, 2);
      it.room = await makeRoom(it.server, it.ada, it.bob);
      it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
      it.client = await connect(it.server, it.ada, { transports: [transport] });
      it.witness = await connect(it.server, it.bob, { transports: [transport] });
      for (const client of [it.client, it.witness]) {
        await client.ask('joinRoom', { roomId: it.room._id });
        await client.ask('JoinChannel', { channelId: it.space.general.id });
      }
      await settled(it.client, it.witness);
      it.good = goodPayloads(it);
    });
    const table = (event) => [...shapeTable(at.good[event]), ...fieldTables(event, at.good[event])];

    it('are a table of forty or more for every event', () => {
      for (const event of events) assert.ok(table(event).length >= 40, `${event}: ${table(event).length}`);
    });

    for (const event of events) {
      it(`to ${event} are refused and do nothing`, async () => {
        at.witness.forget();
        at.client.forget();
        for (const { what, args, codes } of table(event)) {
          const answer = await at.client.ask(event, ...args);
          assert.equal(answer?.success, false, `${what} was accepted: ${JSON.stringify(answer).slice(0, 200)}`);
          assert.ok(codes.includes(answer.code), `${what}: ${JSON.stringify(answer).slice(0, 200)}`);
          assertRefused(answer, codes);
        }
        await settled(at.client, at.witness);
        assert.deepEqual([...at.client.heard, ...at.witness.heard], [], 'nobody heard of any of it');
        for (const id of [at.room._id, at.space.general.id]) {
          assert.deepEqual(await readHistory(at.server, at.ada, id), []);
        }
      });

      it(`to ${event} without a callback do nothing`, async () => {
        at.witness.forget();
        at.client.forget();
        for (const { args } of table(event)) at.client.tell(event, ...args);
        await settled(at.client, at.witness);
        assert.deepEqual([...at.client.heard, ...at.witness.heard], []);
        for (const id of [at.room._id, at.space.general.id]) {
          assert.deepEqual(await readHistory(at.server, at.ada, id), []);
        }
        assert.equal((await call(at.server, 'GET', '/healthz')).status, 200);
      });
    }

    it('leave memberships as they were', async () => {
      const room = await at.client.ask('joinRoom', { roomId: at.room._id });
      assert.equal(room.data.alreadyJoined, true);
      assert.equal(room.data.connectedUsers, 2);
      const channel = await at.client.ask('JoinChannel', { channelId: at.space.general.id });
      assert.equal(channel.data.alreadyJoined, true);
    });

    it('that are larger than a packet may be end the connection, and no other', async () => {
      for (const event of events) {
        const victim = await connect(at.server, at.ada, { transports: [transport] });
        victim.tell(event, { ...at.good[event], body: 'x'.repeat(1_000_001) });
        if (transport === 'websocket') {
          await victim.until(() => victim.disconnects.length > 0, `the end after a huge ${event}`);
        } else {
          // The POST gets 413, which ends the session at the client.
          await victim.until(() => victim.disconnects.length > 0, `413 for a huge ${event}`);
        }
        victim.close();
      }
      await settled(at.client, at.witness);
    });

    it('do not make the server grow', async () => {
      const payloads = events.flatMap((event) => table(event)
        .filter(({ args }) => JSON.stringify(args)?.length < 5_000).map(({ args }) => [event, args]));
      const flood = async (rounds) => {
        for (let round = 0; round < rounds; round++) {
          for (const [event, args] of payloads) at.client.tell(event, ...args);
          await settled(at.client);
        }
      };
      await flood(20);
      const warm = await at.server.memory();
      await flood(60);
      const grown = await at.server.memory() - warm;
      // About 30 000 refusals; 16 MiB would be half a KiB kept of each.
      assert.ok(isSanitized || grown < 16_384, `grew by ${grown} KiB from ${warm} KiB`);
    });

    it('to events that do not exist are NOT_FOUND', async () => {
      const names = ['no such event', 'constructor', '__proto__', 'toString', 'joinroom', 'JOINROOM', 'joinRoom ',
        'connection', 'message', '', 'x'.repeat(10_000), 'roomMessageRecieved', 'roomMessageConfirmed'];
      for (const name of names) {
        for (const { args } of shapeTable({}).slice(0, 12)) {
          assertRefused(await at.client.ask(name, ...args), 'NOT_FOUND');
        }
        at.client.tell(name, {});
      }
      await settled(at.client);
    });

    it('are forgotten: good ones still work', async () => {
      for (const event of ['joinRoom', 'JoinChannel', 'roomMessage', 'NewMessage', 'offer', 'ice-candidate']) {
        const answer = await at.client.ask(event, at.good[event]);
        assert.equal(answer.success, true, `${event}: ${answer.message}`);
      }
      await at.witness.hear('IncomingCallNotification');
      await at.witness.hear('roomMessageConfirmed');
      await at.witness.hear('channelMessageConfirmed');
    });
  });
}

describe('JSON that is nested beyond reason', () => {
  const at = useServer({}, async (it) => {
    [it.user] = await makeUsers(it.server, 1);
  });

  for (const event of events) {
    it(`to ${event} is refused or ends the connection, and the server lives`, async () => {
      for (const [open, close] of [['[', ']'], ['{"a":', '}']]) {
        const levels = 150_000;
        const socket = await RawSocket.joined(at.server, at.user.token);
        socket.send(`421["${event}",${open.repeat(levels)}1${close.repeat(levels)}]`);
        const answer = await socket.ask(1).catch(() => null);
        if (answer) assertRefused(answer, 'INVALID_PAYLOAD');
        else await socket.endPolitely();
        socket.destroy();
        assert.equal((await call(at.server, 'GET', '/healthz')).status, 200);
      }
    });
  }
});
