// Acknowledgements in both directions, with text and binary arguments.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { RawSocket } from './support/raw_ws.mjs';
import { makeRoom, makeUsers, readHistory } from './support/rest.mjs';
import { assertKeys, assertRefused } from './support/shapes.mjs';
import { bothTransports, useServer } from './support/suite.mjs';

const events = ['joinRoom', 'leaveRoom', 'roomMessage', 'JoinChannel', 'LeaveChannel', 'NewMessage',
  'offer', 'answer', 'ice-candidate', 'renegotiation-needed'];
const bytes = Buffer.from('not a payload');

for (const transport of bothTransports) {
  describe(`acknowledgements over ${transport}`, () => {
    const at = useServer({}, async (it) => {
      [it.ada, it.bob] = await makeUsers(it.server, 2);
      it.room = await makeRoom(it.server, it.ada, it.bob);
      it.client = await connect(it.server, it.ada, { transports: [transport] });
    });

    it('are given once, to the call they belong to', async () => {
      const count = 200;
      const answers = await Promise.all(Array.from({ length: count }, (_, number) =>
        at.client.ask('roomMessage', { roomId: at.room._id, body: `ack ${number}` })));
      assert.deepEqual(answers.map(({ data }) => data.body),
        Array.from({ length: count }, (_, number) => `ack ${number}`));
    });

    it('have one argument', async () => {
      const args = await new Promise((resolve) => {
        at.client.socket.emit('joinRoom', { roomId: at.room._id }, (...all) => resolve(all));
      });
      assert.equal(args.length, 1);
      assertKeys(args[0], ['success', 'message', 'data']);
    });

    it('work with the promise and the timeout of the client', async () => {
      const answer = await at.client.socket.timeout(60_000).emitWithAck('joinRoom', { roomId: at.room._id });
      assert.equal(answer.success, true);
    });

    for (const event of events) {
      it(`refuse binary arguments of ${event}`, async () => {
        const payloads = [[bytes], [{ roomId: bytes, channelId: bytes, body: bytes }], [[bytes, bytes]],
          [{}, bytes], [{ deep: { inside: [1, { bytes }] } }], [new Uint8Array(0)]];
        for (const args of payloads) assertRefused(await at.client.ask(event, ...args), 'INVALID_PAYLOAD');
        at.client.tell(event, bytes);
        await settled(at.client);
      });
    }

    it('refuse a body of bytes, and store nothing', async () => {
      const before = await readHistory(at.server, at.ada, at.room._id);
      assertRefused(await at.client.ask('roomMessage', { roomId: at.room._id, body: bytes }), 'INVALID_PAYLOAD');
      assert.deepEqual(await readHistory(at.server, at.ada, at.room._id), before);
    });

    it('refuse an unknown event with bytes as one without', async () => {
      assertRefused(await at.client.ask('no such event', bytes, { bytes }), 'NOT_FOUND');
      assertRefused(await at.client.ask('no such event'), 'NOT_FOUND');
    });

    it('take a large attachment', async () => {
      assertRefused(await at.client.ask('roomMessage', Buffer.alloc(700_000, 7)), 'INVALID_PAYLOAD');
    });
  });
}

describe('a server that asked for nothing', () => {
  const at = useServer({}, async (it) => {
    [it.user] = await makeUsers(it.server, 1);
  });

  for (const packet of ['430[]', '431["x"]', '430[{"success":true}]']) {
    it(`ignores the acknowledgement ${packet}`, async () => {
      const socket = await RawSocket.joined(at.server, at.user.token);
      socket.send(packet);
      assert.equal((await socket.ask(9, '429["x"]')).code, 'NOT_FOUND');
      socket.destroy();
    });
  }

  it('ignores a binary acknowledgement', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    socket.send('461-0[{"_placeholder":true,"num":0}]');
    socket.send(bytes);
    assert.equal((await socket.ask(9, '429["x"]')).code, 'NOT_FOUND');
    socket.destroy();
  });

  it('takes ten attachments and answers after the last', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    const args = Array.from({ length: 10 }, (_, num) => ({ _placeholder: true, num }));
    socket.send(`4510-3${JSON.stringify(['joinRoom', ...args])}`);
    for (let part = 0; part < 9; part++) socket.send(bytes);
    // Nine of ten have come: a pong shows that the server has read them and does not answer yet.
    socket.write(Buffer.from([0x89, 0x80, 0, 0, 0, 0]));
    await socket.nextPong();
    assert.deepEqual(socket.unread().filter((packet) => packet.startsWith('433[')), []);
    socket.send(bytes);
    assertRefused(await socket.ask(3), 'INVALID_PAYLOAD');
    socket.destroy();
  });

  it('forgets attachments of a connection that goes away', async () => {
    for (let round = 0; round < 30; round++) {
      const socket = await RawSocket.joined(at.server, at.user.token);
      socket.send('452-["joinRoom",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
      socket.send(Buffer.alloc(900_000));
      socket.write(Buffer.from([0x89, 0x80, 0, 0, 0, 0]));
      await socket.nextPong();
      socket.destroy();
    }
    const memory = await at.server.memory();
    for (let round = 0; round < 60; round++) {
      const socket = await RawSocket.joined(at.server, at.user.token);
      socket.send('452-["joinRoom",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
      socket.send(Buffer.alloc(900_000));
      socket.write(Buffer.from([0x89, 0x80, 0, 0, 0, 0]));
      await socket.nextPong();
      socket.destroy();
    }
    // 60 × 900 kB would be 54 MB if they stayed.
    const grown = await at.server.memory() - memory;
    assert.ok(grown < 25_000, `grew by ${grown} KiB`);
  });
});
