// Engine.IO revision 3 and Socket.IO protocol 4 on the wire (protocol.md 2.11), and in the chat with
// a client of Socket.IO 2.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { useConformance } from './support/conformance.mjs';
import { once } from './support/raw_http.mjs';
import { RawSocket, opcodes } from './support/raw_ws.mjs';
import { makeRoom, makeUsers } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';
import { within } from './support/wait.mjs';

const require = createRequire(import.meta.url);
const octets = { 'Content-Type': 'application/octet-stream' };
const golden = Buffer.from('0006ff3468656c6c6f0105ff0401020304', 'hex');

/** A polling session: get() and post() with its sid. */
async function poll(server, path, query = '') {
  const target = `${path}?EIO=3&transport=polling${query}`;
  const opened = await once(server, 'GET', target);
  assert.equal(opened.status, 200);
  const [, length, open] = /^(\d+):(0\{.*?\})/.exec(opened.text);
  assert.equal(Number(length), open.length);
  const handshake = JSON.parse(open.slice(1));
  const own = `${target}&sid=${handshake.sid}`;
  return { handshake, rest: opened.text.slice(opened.text.indexOf(':') + 1 + open.length), own,
    get: () => once(server, 'GET', own),
    post: (body, headers) => once(server, 'POST', own, { body, headers }) };
}

describe('revision 3: Engine.IO', () => {
  const at = useConformance('engineio', ['--eio3', '--ping-interval', 20_000]);
  const path = '/engine.io/';

  it('opens with a length before the packet', async () => {
    const { handshake } = await poll(at.server, path);
    assert.deepEqual(handshake.upgrades, ['websocket']);
  });

  it('echoes text with its length in UTF-16', async () => {
    const session = await poll(at.server, path);
    assert.equal((await session.post('6:4hello5:4ä€🚀')).text, 'ok');
    assert.equal((await session.get()).text, '6:4hello5:4ä€🚀');
  });

  it('answers binary in binary form, and in base64 when asked', async () => {
    const session = await poll(at.server, path);
    const url = at.server.url + session.own;
    const sent = await fetch(url, { method: 'POST', headers: octets, body: golden });
    assert.equal(await sent.text(), 'ok');
    const answer = await fetch(url);
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), golden);
    const old = await poll(at.server, path, '&b64=1');
    await old.post('6:4hello10:b4AQIDBA==');
    assert.equal((await old.get()).text, '6:4hello10:b4AQIDBA==');
  });

  it('answers the pings of the client, over both transports', async () => {
    const session = await poll(at.server, path);
    await session.post('1:26:2probe');
    assert.equal((await session.get()).text, '1:36:3probe');
    const socket = await RawSocket.open(at.server, `${path}?EIO=3&transport=websocket`);
    await socket.text();
    socket.send('2');
    assert.equal(await socket.text(), '3');
    socket.send(Buffer.from([4, 1, 2]));
    const echo = await socket.next(({ opcode }) => opcode === opcodes.binary, 'the echo');
    assert.deepEqual(echo.data, Buffer.from([4, 1, 2]));
    socket.destroy();
  });

  it('upgrades', async () => {
    const session = await poll(at.server, path);
    const socket = await RawSocket.open(at.server, session.own.replace('=polling', '=websocket'));
    socket.send('2probe');
    assert.equal(await socket.text(), '3probe');
    assert.equal((await session.get()).text, '1:6');
    socket.send('5');
    socket.send('4after');
    assert.equal(await socket.text(), '4after');
    assert.equal((await session.get()).status, 400);
    socket.destroy();
  });

  for (const [what, body, headers] of [
    ['a broken length', '5:4x'], ['rubbish', 'abc'], ['a broken binary form', '\0\x09', octets],
    ['a pong', '1:3'],
  ]) {
    it(`ends the session after ${what}`, async () => {
      const session = await poll(at.server, path);
      await session.post(body, headers);
      assert.equal((await session.get()).status, 400);
    });
  }

  it('closes with the close packet in its form', async () => {
    const session = await poll(at.server, path);
    const held = session.get();
    assert.equal((await session.post('1:1')).text, 'ok');
    assert.equal((await held).text, '1:6');
    assert.equal((await session.get()).status, 400);
  });
});

describe('revision 3: the heartbeat', () => {
  const at = useConformance('engineio', ['--eio3', '--ping-interval', 300, '--ping-timeout', 200]);

  it('is the client\'s: who pings stays, who does not is closed', async () => {
    const path = '/engine.io/?EIO=3&transport=websocket';
    const [pings, silent] = [await RawSocket.open(at.server, path), await RawSocket.open(at.server, path)];
    const timer = setInterval(() => pings.send('2'), 100);
    await silent.end('the end of the silent one');
    await new Promise((resolve) => setTimeout(resolve, 600));
    pings.send('4still there');
    while (await pings.text() !== '4still there');
    clearInterval(timer);
    pings.destroy();
  });
});

describe('revision 3: Socket.IO protocol 4', () => {
  const at = useConformance('socketio', ['--eio3', '--ping-interval', 20_000]);
  it('joins the main namespace unasked and has no sid in its answers', async () => {
    const socket = await RawSocket.open(at.server, '/socket.io/?EIO=3&transport=websocket');
    assert.equal((await socket.text())[0], '0');
    assert.equal(await socket.text(), '40');
    assert.equal(await socket.text(), '42["auth",{}]');
    socket.send('40/custom?token=abc&x=%20y,');
    assert.equal(await socket.text(), '40/custom,');
    assert.equal(await socket.text(), '42/custom,["auth",{"token":"abc","x":" y"}]');
    socket.send('40/random,');
    assert.equal(await socket.text(), '44/random,{"message":"Invalid namespace"}');
    socket.destroy();
  });

  it('speaks revision 4 beside it', async () => {
    const socket = await RawSocket.engine(at.server);
    socket.send('40');
    assert.match(await socket.text(), /^40\{"sid":"[\w-]{20}"\}$/);
    socket.destroy();
  });
});

describe('revision 3: refusals of a middleware', () => {
  const at = useConformance('socketio-client', ['--eio3']);

  it('are the bare text', async () => {
    const socket = await RawSocket.open(at.server, '/socket.io/?EIO=3&transport=websocket');
    await socket.textThat((packet) => packet === '40');
    socket.send('40/no,');
    assert.equal(await socket.textThat((packet) => packet.startsWith('44')),
      '44/no,"Auth failed (custom namespace)"');
    socket.destroy();
  });
});

describe('revision 3: the chat', () => {
  const at = useServer({ set: { 'engine.allowEio3': 'true' } }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
  });
  const io = require('socket.io-client-2');

  for (const transports of [['websocket'], ['polling']]) {
    it(`serves a client of Socket.IO 2 over ${transports}`, async () => {
      const bob = await connect(at.server, at.bob);
      const ada = io(at.server.url, { transports, query: { token: at.ada.token }, forceNew: true });
      await within(new Promise((resolve, reject) => ada.on('connect', resolve).on('error', reject)), 'connect');
      const body = `from version 2 over ${transports}`;
      const ack = await within(new Promise((resolve) =>
        ada.emit('roomMessage', { roomId: at.room._id, body }, resolve)), 'the ack');
      assert.equal(ack.success, true);
      await bob.hear('roomMessageConfirmed', (message) => message.body === body);
      const heard = within(new Promise((resolve) => ada.on('roomMessageConfirmed', (message) =>
        message.body === 'back' && resolve(message))), 'the answer');
      await bob.ask('roomMessage', { roomId: at.room._id, body: 'back' });
      await heard;
      ada.close();
    });
  }

  it('refuses one without a token, in its form', async () => {
    const socket = io(at.server.url, { transports: ['websocket'], forceNew: true, reconnection: false });
    const error = await within(new Promise((resolve) => socket.on('error', resolve)), 'the error');
    assert.equal(error, 'Authentication error: Token is required');
    socket.close();
  });
});

describe('revision 3: switched off', () => {
  const at = useServer();
  it('is refused', async () => {
    const answer = await once(at.server, 'GET', '/socket.io/?EIO=3&transport=polling');
    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.text), { code: 5, message: 'Unsupported protocol version' });
  });
});
