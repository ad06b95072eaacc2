// Socket.IO v5 on the conformance program: a test a row of protocol.md 3.1 to 3.4.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PollingSession, message, openWebSocket, separator, useConformance }
  from './support/conformance.mjs';
import { opcodes } from './support/raw_ws.mjs';
import { assertKeys } from './support/shapes.mjs';

const base = '/socket.io/';
const patient = ['--ping-interval', 20_000, '--ping-timeout', 20_000];

/** A WebSocket that has joined "/", with the events of the connection read. */
async function joined(server, auth = '') {
  const socket = await openWebSocket(server, base);
  socket.send(`40${auth}`);
  const answer = await message(socket);
  assert.match(answer, /^40\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
  socket.id = JSON.parse(answer.slice(2)).sid;
  assert.equal(await message(socket), `42["auth",${auth || '{}'}]`);
  return socket;
}

async function assertEchoes(socket, word = 'unharmed') {
  socket.send(`42["message","${word}"]`);
  assert.equal(await message(socket), `42["message-back","${word}"]`);
  socket.destroy();
}

/** Nothing is answered, and the connection closes. */
async function assertCloses(socket) {
  await socket.endPolitely();
  assert.deepEqual(socket.unread().filter((text) => text !== '2'), []);
}

describe('conformance 3.3: connecting', () => {
  const at = useConformance('socketio', patient);

  it('without a payload the auth is {}', async () => {
    const socket = await joined(at.server);
    assert.notEqual(socket.id, socket.handshake.sid);
    socket.destroy();
  });

  it('with a payload the auth is that', async () => {
    (await joined(at.server, '{"token":"123"}')).destroy();
  });

  it('to a custom namespace, with auth', async () => {
    const socket = await openWebSocket(at.server, base);
    socket.send('40/custom,{"token":"abc"}');
    const answer = await message(socket);
    assert.match(answer, /^40\/custom,\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
    assertKeys(JSON.parse(answer.slice('40/custom,'.length)), ['sid']);
    assert.equal(await message(socket), '42/custom,["auth",{"token":"abc"}]');
    socket.destroy();
  });

  it('to a custom namespace, without the comma', async () => {
    const socket = await openWebSocket(at.server, base);
    socket.send('40/custom');
    assert.match(await message(socket), /^40\/custom,\{"sid":/);
    assert.equal(await message(socket), '42/custom,["auth",{}]');
    socket.destroy();
  });

  it('to several namespaces at once, each with an id of its own', async () => {
    const socket = await joined(at.server);
    socket.send('40/custom,');
    const id = JSON.parse((await message(socket)).slice('40/custom,'.length)).sid;
    assert.notEqual(id, socket.id);
    assert.equal(await message(socket), '42/custom,["auth",{}]');
    socket.send('42/custom,["message",1]');
    assert.equal(await message(socket), '42/custom,["message-back",1]');
    await assertEchoes(socket);
  });

  it('to an unknown namespace: refused, and the connection stays', async () => {
    const socket = await openWebSocket(at.server, base);
    socket.send('40/random');
    assert.equal(await message(socket), '44/random,{"message":"Invalid namespace"}');
    socket.send('40');
    assert.match(await message(socket), /^40\{"sid":/);
    socket.destroy();
  });
});

describe('conformance 3.3: refusals and the handshake', () => {
  const at = useConformance('socketio-client');

  it('middleware refuses with its message', async () => {
    const socket = await openWebSocket(at.server, base);
    socket.send('40/no,');
    assert.equal(await message(socket), '44/no,{"message":"Auth failed (custom namespace)"}');
    socket.destroy();
  });

  it('the application sees headers, query, auth and the rest', async () => {
    const socket = await openWebSocket(at.server, base);
    socket.send('40/abc,{"token":"x"}');
    assert.match(await message(socket), /^40\/abc,/);
    const [name, handshake] = JSON.parse((await message(socket)).slice('42/abc,'.length));
    assert.equal(name, 'handshake');
    assertKeys(handshake, ['headers', 'time', 'address', 'xdomain', 'secure', 'issued', 'url',
      'query', 'auth']);
    assert.deepEqual(handshake.auth, { token: 'x' });
    assert.deepEqual(handshake.query, { EIO: '4', transport: 'websocket' });
    assert.equal(handshake.headers.host, 'test');
    socket.destroy();
  });
});

describe('conformance 3.3: the connect timeout', () => {
  const at = useConformance('socketio', [...patient, '--connect-timeout', 200]);

  it('closes a connection that joins nothing', async () => {
    const socket = await openWebSocket(at.server, base);
    await socket.endPolitely();
  });

  it('closes one whose only namespace was unknown', async () => {
    const socket = await openWebSocket(at.server, base);
    socket.send('40/random');
    assert.match(await message(socket), /^44/);
    await socket.endPolitely();
  });

  it('lets one stay that left again', async () => {
    const socket = await joined(at.server);
    socket.send('41');
    const other = await openWebSocket(at.server, base);
    await other.endPolitely();  // its time is up after the first one's
    socket.send('40');
    assert.match(await message(socket), /^40\{/);
    socket.destroy();
  });
});

describe('conformance 3.2: input that is accepted', () => {
  const at = useConformance('socketio', patient);

  for (const packet of ['42["e",1]', '42[5,1]', '42', '42["connection"]', '42["__proto__",1]',
    '43999[]', '43123456789012345678901234567890[]']) {
    it(packet, async () => {
      const socket = await joined(at.server);
      socket.send(packet);
      await assertEchoes(socket);
    });
  }

  it('41 leaves silently, and the connection stays', async () => {
    const socket = await joined(at.server);
    socket.send('41');
    socket.send('42["message","late"]');  // of the same burst: ignored
    socket.send('40');
    assert.match(await message(socket), /^40\{"sid":/);
    assert.equal(await message(socket), '42["auth",{}]');
    await assertEchoes(socket);
  });

  it('the same placeholder twice: the buffer is doubled', async () => {
    const socket = await joined(at.server);
    const one = '{"_placeholder":true,"num":0}';
    socket.send(`451-["message",${one},${one}]`);
    socket.send(Buffer.from([1, 2, 3]));
    assert.equal(await message(socket),
      '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
    for (let i = 0; i < 2; i++) assert.deepEqual(await message(socket), Buffer.from([1, 2, 3]));
    socket.destroy();
  });

  it('placeholders in another order: the buffers come in the order of the data', async () => {
    const socket = await joined(at.server);
    socket.send('452-["message",{"b":{"_placeholder":true,"num":1},"a":[{"num":0,"_placeholder":true}],"c":1.5}]');
    socket.send(Buffer.from([0]));
    socket.send(Buffer.from([1]));
    assert.equal(await message(socket),
      '452-["message-back",{"b":{"_placeholder":true,"num":0},"a":[{"_placeholder":true,"num":1}],"c":1.5}]');
    assert.deepEqual(await message(socket), Buffer.from([1]));
    assert.deepEqual(await message(socket), Buffer.from([0]));
    socket.destroy();
  });

  it('a binary event that holds no buffer is an event', async () => {
    const socket = await joined(at.server);
    socket.send('451-["message","plain"]');
    socket.send(Buffer.from([1]));
    assert.equal(await message(socket), '42["message-back","plain"]');
    socket.destroy();
  });

  it('ten attachments', async () => {
    const socket = await joined(at.server);
    const places = Array.from({ length: 10 }, (_, num) => JSON.stringify({ _placeholder: true, num }));
    socket.send(`4510-["message",${places}]`);
    for (let i = 0; i < 10; i++) socket.send(Buffer.from([i]));
    assert.equal(await message(socket), `4510-["message-back",${places}]`);
    for (let i = 0; i < 10; i++) assert.deepEqual(await message(socket), Buffer.from([i]));
    socket.destroy();
  });
});

describe('conformance 3.2: input that closes the connection', () => {
  const at = useConformance('socketio', patient);
  const place = '{"_placeholder":true,"num":0}';
  const rows = [
    ['an event without a name', ['42[]']],
    ['null for an event', ['42null']],
    ['null for a name', ['42[null]']],
    ['an object for an event', ['42{}']],
    ['broken JSON', ['42["e",']],
    ...['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']
      .map((name) => [`the reserved name ${name}`, [`42["${name}"]`]]),
    ['type 7', ['47']],
    ['a letter for a type', ['4abc']],
    ['an empty message', ['4']],
    ['CONNECT_ERROR', ['44{"message":"x"}']],
    ['a second CONNECT', ['40']],
    ['CONNECT with an array', ['40/custom,[]']],
    ['CONNECT with a string', ['40/custom,"x"']],
    ['CONNECT with null', ['40/custom,null']],
    ['an event for a namespace that was not joined', ['42/custom,["message"]']],
    ['an ack for a namespace that was not joined', ['43/custom,1[]']],
    ['DISCONNECT for a namespace that was not joined', ['41/custom,']],
    ['DISCONNECT with a payload', ['41{}']],
    ['an ack that is no array', ['430{}']],
    ['a bad ack id', ['42abc["message"]']],
    ['a binary event without a dash', [`451["message",${place}]`]],
    ['negative attachments', [`45-1-["message",${place}]`]],
    ['fractional attachments', [`451.5-["message",${place}]`]],
    ['no attachments', ['450-["message"]']],
    ['eleven attachments', [`4511-["message",${place}]`]],
    ['text while attachments are pending', [`451-["message",${place}]`, '42["message"]']],
    ['a binary message that nothing announced', [Buffer.from([1])]],
    ['a placeholder out of range',
      ['451-["message",{"_placeholder":true,"num":1}]', Buffer.from([1])]],
    ['a placeholder without a number',
      ['451-["message",{"_placeholder":true,"num":"0"}]', Buffer.from([1])]],
    ['a negative placeholder',
      ['451-["message",{"_placeholder":true,"num":-1}]', Buffer.from([1])]],
  ];
  for (const [what, packets] of rows) {
    it(what, async () => {
      const socket = await joined(at.server);
      for (const packet of packets) socket.send(packet);
      await assertCloses(socket);
    });
  }

  it('an event before CONNECT', async () => {
    const socket = await openWebSocket(at.server, base);
    socket.send('42["message"]');
    await assertCloses(socket);
  });

  it('the same over polling', async () => {
    const session = await PollingSession.open(at.server, base);
    await session.post(['40', '42[]'].join(separator));
    let answer;
    do {
      answer = await session.get();
    } while (answer.status === 200);
    assert.deepEqual(JSON.parse(answer.text), { code: 1, message: 'Session ID unknown' });
  });
});

describe('conformance 3.4: events and acks', () => {
  const at = useConformance('socketio', patient);

  it('plain text comes back exactly', async () => {
    const socket = await joined(at.server);
    for (const args of ['1,"2",{"3":[true]}', '1.50,-0,1e3,"\\u00e9"', '{"b":1,"a":null}', '"[","{"']) {
      socket.send(`42["message",${args}]`);
      assert.equal(await message(socket), `42["message-back",${args}]`);
    }
    socket.destroy();
  });

  it('an ack carries the id of its event', async () => {
    const socket = await joined(at.server);
    socket.send('42456["message-with-ack",1,"2",{"3":[false]}]');
    assert.equal(await message(socket), '43456[1,"2",{"3":[false]}]');
    socket.send('42007["message-with-ack"]');
    assert.equal(await message(socket), '437[]');
    socket.destroy();
  });

  it('binary comes back in its frames', async () => {
    const socket = await joined(at.server);
    const places = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
    socket.send(`452-["message",${places}]`);
    socket.send(Buffer.from([1, 2, 3]));
    socket.send(Buffer.from([4, 5, 6]));
    assert.equal(await message(socket), `452-["message-back",${places}]`);
    assert.deepEqual(await message(socket), Buffer.from([1, 2, 3]));
    assert.deepEqual(await message(socket), Buffer.from([4, 5, 6]));
    socket.send(`452-789["message-with-ack",${places}]`);
    socket.send(Buffer.from([1]));
    socket.send(Buffer.from([2]));
    assert.equal(await message(socket), `462-789[${places}]`);
    assert.deepEqual(await message(socket), Buffer.from([1]));
    assert.deepEqual(await message(socket), Buffer.from([2]));
    socket.destroy();
  });

  it('binary over polling is base64, next to its packet', async () => {
    const session = await PollingSession.open(at.server, base);
    await session.post('40');
    assert.match(await session.packet(), /^40/);
    assert.equal(await session.packet(), '42["auth",{}]');
    await session.post('451-["message",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
    assert.equal((await session.get()).text,
      '451-["message-back",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
  });

  it('the server asks for an ack, and hears it once', async () => {
    const socket = await joined(at.server);
    socket.send('42["emit-with-ack",1,"2"]');
    const asked = await message(socket);
    const id = /^42(\d+)\["emit-with-ack",1,"2"\]$/.exec(asked)?.[1];
    assert.ok(id, asked);
    socket.send(`43${id}["yes"]`);
    socket.send(`43${id}["again"]`);
    assert.equal(await message(socket), '42["emit-with-ack","yes"]');
    await assertEchoes(socket);
  });

  it('the server asks for an ack with binary', async () => {
    const socket = await joined(at.server);
    const place = '{"_placeholder":true,"num":0}';
    socket.send(`451-["emit-with-ack",${place}]`);
    socket.send(Buffer.from([9]));
    const asked = await message(socket);
    const id = /^451-(\d+)\["emit-with-ack",/.exec(asked)?.[1];
    assert.ok(id, asked);
    assert.deepEqual(await message(socket), Buffer.from([9]));
    socket.send(`461-${id}[${place}]`);
    socket.send(Buffer.from([8]));
    assert.equal(await message(socket), `451-["emit-with-ack",${place}]`);
    assert.deepEqual(await message(socket), Buffer.from([8]));
    socket.destroy();
  });
});

describe('conformance 3.2: the heartbeat goes on after 41', () => {
  const at = useConformance('socketio');

  it('the next thing that the client sees is the ping', async () => {
    const socket = await joined(at.server);
    socket.send('41');
    const next = await socket.next((one) => one.opcode === opcodes.text);
    assert.equal(next.data.toString(), '2');
    socket.destroy();
  });
});
