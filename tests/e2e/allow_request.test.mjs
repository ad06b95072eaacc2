// An application that decides later, as the scenario does after 10 ms, who may open a session.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { io } from 'socket.io-client';
import { message, useConformance } from './support/conformance.mjs';
import { RawHttp } from './support/raw_http.mjs';
import { RawSocket, frame, opcodes } from './support/raw_ws.mjs';
import { deferred, within } from './support/wait.mjs';

const handshake = '/socket.io/?EIO=4&transport=';

describe('a session that is allowed later', () => {
  const at = useConformance('socketio-client');
  const open = (early) => RawSocket.open(at.server, `${handshake}websocket`, { early });

  for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
    it(`is opened over ${transports}`, async () => {
      const socket = io(at.server.url, { transports, forceNew: true });
      const answer = deferred();
      socket.on('connect_error', answer.reject).emit('echo', 'words', answer.resolve);
      assert.equal(await within(answer.promise, 'the echo'), 'words');
      socket.close();
    });
  }

  it('takes what was sent in one piece with the request, in order and whole', async () => {
    const early = [frame(opcodes.text, '40'),
      ...Array.from({ length: 50 }, (_, i) => frame(opcodes.text, `42${i}["echo",${i}]`))];
    const socket = await open(early);
    assert.equal((await message(socket))[0], '0');
    assert.match(await message(socket), /^40{"sid":/);
    for (let i = 0; i < 50; i++) assert.equal(await message(socket), `43${i}[${i}]`);
    socket.socket.destroy();
  });

  it('takes what came while it was decided, a frame cut in the middle', async () => {
    const bytes = Buffer.concat([frame(opcodes.text, '40'), frame(opcodes.text, '420["echo","x"]')]);
    const opening = open([bytes.subarray(0, 12)]);
    const socket = await opening;
    socket.socket.write(bytes.subarray(12));
    assert.equal((await message(socket))[0], '0');
    assert.match(await message(socket), /^40{"sid":/);
    assert.equal(await message(socket), '430["x"]');
    socket.socket.destroy();
  });

  it('does without clients that went before', async () => {
    for (let i = 0; i < 40; i++) {
      const http = await RawHttp.connect(at.server);
      http.request('GET', handshake + (i % 2 ? 'polling' : 'websocket'), i % 2 ? {} : {
        headers: { Upgrade: 'websocket', Connection: 'Upgrade',
          'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Version': 13 } });
      http.destroy();
    }
    const socket = await open([]);
    assert.equal((await message(socket))[0], '0');
    socket.socket.destroy();
  });

  it('answers requests in their order on one connection', async () => {
    const http = await RawHttp.connect(at.server);
    for (let i = 0; i < 3; i++) http.request('GET', `${handshake}polling`);
    const sids = new Set();
    for (let i = 0; i < 3; i++) {
      const { status, text } = await http.answer();
      assert.equal(status, 200);
      sids.add(JSON.parse(text.slice(1)).sid);
    }
    assert.equal(sids.size, 3);
    http.destroy();
  });
});
