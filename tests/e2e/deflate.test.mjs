// permessage-deflate (RFC 7692): with the ws package and an unmodified socket.io-client, on the raw
// echo and on the server.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Client } from './support/client.mjs';
import { useConformance } from './support/conformance.mjs';
import { RawSocket, frame, opcodes } from './support/raw_ws.mjs';
import { makeRoom, makeUsers } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';
import { within } from './support/wait.mjs';

const require = createRequire(import.meta.url);
const { WebSocket } = require('ws');
const { text, binary } = opcodes;
const offer = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' };
const agreed = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';
const pack = (message) => deflateRawSync(message, { finishFlush: 2 }).subarray(0, -4);

describe('deflate: the echo', () => {
  const at = useConformance('websocket-echo', ['--deflate']);
  const open = async (options) => {
    const socket = new WebSocket(at.server.url.replace('http', 'ws'), options);
    await within(new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)),
      'the open WebSocket');
    return socket;
  };
  const echo = (socket, message) => within(new Promise((resolve) => {
    socket.once('message', (data, isBinary) => resolve(isBinary ? data : data.toString()));
    socket.send(message);
  }), 'the echo');

  for (const [what, options] of [
    ['as ws offers by itself', { perMessageDeflate: { threshold: 0 } }],
    ['a small window', { perMessageDeflate: { threshold: 0, serverMaxWindowBits: 9 } }],
    ['no takeover', { perMessageDeflate: { threshold: 0, serverNoContextTakeover: true,
      clientNoContextTakeover: true } }],
    ['none', { perMessageDeflate: false }],
  ]) {
    it(`answers messages of all sizes (${what})`, async () => {
      const socket = await open(options);
      assert.equal(socket.extensions, options.perMessageDeflate ? 'permessage-deflate' : '');
      for (const size of [0, 1, 125, 126, 70_000, 3_000_000]) {
        const message = 'ä1€'.repeat(Math.ceil(size / 3)).slice(0, size);
        assert.equal(await echo(socket, message), message);
        const bytes = Buffer.from(message);
        assert.deepEqual(await echo(socket, bytes), bytes);
      }
      socket.close();
    });
  }

  it('compresses its answer, without a window', async () => {
    const socket = await RawSocket.open(at.server, '/', { headers: offer });
    assert.equal(socket.headers['sec-websocket-extensions'], agreed);
    for (let i = 0; i < 2; i++) {
      socket.write(frame(text, pack('hello '.repeat(100)), { rsv: 4 }));
      const answer = await socket.next(({ opcode }) => opcode === text, 'the echo');
      assert.equal(answer.compressed, true);
      const whole = Buffer.concat([answer.data, Buffer.from([0, 0, 0xff, 0xff])]);
      assert.equal(inflateRawSync(whole, { finishFlush: 2 }).toString(), 'hello '.repeat(100));
    }
    socket.destroy();
  });
});

describe('deflate: the server', () => {
  const at = useServer({ set: { 'engine.deflate': 'true' } }, async (it) => {
    [it.user, it.other] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.user, it.other);
  });
  const join = async () => {
    const socket = await RawSocket.open(at.server, '/socket.io/?EIO=4&transport=websocket',
      { headers: offer });
    assert.equal(socket.headers['sec-websocket-extensions'], agreed);
    socket.write(frame(text, pack(`40${JSON.stringify({ token: at.user.token })}`), { rsv: 4 }));
    await socket.textThat((packet) => packet.startsWith('40{'));
    return socket;
  };

  it('reads compressed packets and sends short ones as they are', async () => {
    const socket = await join();
    socket.write(frame(text, pack('421["still there"]'), { rsv: 4 }));
    assert.match(await socket.textThat((packet) => packet.startsWith('431')), /NOT_FOUND/);
    socket.destroy();
  });

  it('sends long packets compressed to a client that offers it, plain to others', async () => {
    const body = 'a long message '.repeat(400);
    for (const perMessageDeflate of [{ threshold: 1024 }, false]) {
      const sender = await new Client(at.server, at.user, { perMessageDeflate }).connect();
      const { ws } = sender.socket.io.engine.transport;
      assert.equal(ws.extensions, perMessageDeflate ? 'permessage-deflate' : '');
      const before = ws._socket.bytesRead;
      await sender.ask('roomMessage', { roomId: at.room._id, body });
      const confirmed = await sender.hear('roomMessageConfirmed', (message) => message.body === body);
      assert.ok(confirmed);
      const bytes = ws._socket.bytesRead - before;
      assert.ok(perMessageDeflate ? bytes < 4000 : bytes > 6000, `${bytes} bytes read`);
      sender.socket.disconnect();
    }
  });

  for (const [what, code, bytes] of [
    ['a bomb', 1009, pack('0'.repeat(20_000_000))],
    ['rubbish', 1007, Buffer.from([0xff, 0xff, 0xff])],
    ['text that is no UTF-8', 1007, pack(Buffer.from([0x34, 0xff]))],
  ]) {
    it(`closes with ${code} after ${what}, and nobody else notices`, async () => {
      const [bad, good] = [await join(), await join()];
      bad.write(frame(text, bytes, { rsv: 4 }));
      assert.equal((await bad.endPolitely(what)).code, code);
      assert.equal((await good.ask(7, '427["still there"]')).code, 'NOT_FOUND');
      good.destroy();
    });
  }

  it('bears compression that was not agreed on no more than before', async () => {
    const socket = await RawSocket.engine(at.server);
    assert.equal(socket.headers['sec-websocket-extensions'], undefined);
    socket.write(frame(binary, pack('x'), { rsv: 4 }));
    assert.equal((await socket.endPolitely('a close frame')).code, 1002);
  });
});
