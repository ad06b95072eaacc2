// Engine.IO v4 on the wire: handshake, refusals, polling, heartbeat and close (protocol.md 2.1-2.5, 2.7).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keys } from './support/keys.mjs';
import { Polling, separator } from './support/polling.mjs';
import { RawHttp, once, requestText } from './support/raw_http.mjs';
import { RawSocket } from './support/raw_ws.mjs';
import { call, makeUser } from './support/rest.mjs';
import { assertKeys } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';

const path = '/socket.io/';
const refused = (answer, code, message) => {
  assert.equal(answer.status, 400, answer.text);
  assert.match(answer.headers.get?.('content-type') ?? answer.headers['content-type'], /^application\/json/);
  assert.deepEqual(JSON.parse(answer.text), { code, message });
};
const gone = async (session) => refused(await session.get(), 1, 'Session ID unknown');

describe('an Engine.IO handshake', () => {
  const at = useServer();

  it('has exactly the five keys, over polling', async () => {
    const { handshake, answer } = await Polling.open(at.server);
    assertKeys(handshake, ['sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload']);
    assert.match(handshake.sid, /^[A-Za-z0-9_-]{20}$/);
    assert.deepEqual({ ...handshake, sid: '' }, { sid: '', upgrades: ['websocket'],
      pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1_000_000 });
    assert.match(answer.headers.get('content-type'), /^text\/plain; ?charset=utf-8$/i);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(Number(answer.headers.get('content-length')), Buffer.byteLength(answer.text));
  });

  it('offers no upgrade over WebSocket', async () => {
    const socket = await RawSocket.engine(at.server);
    assertKeys(socket.handshake, ['sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload']);
    assert.deepEqual(socket.handshake.upgrades, []);
    socket.destroy();
  });

  it('gives every session another id', async () => {
    const sessions = await Promise.all(Array.from({ length: 50 }, () => Polling.open(at.server)));
    assert.equal(new Set(sessions.map(({ sid }) => sid)).size, 50);
  });

  const table = [
    ['no transport', 'GET', '?EIO=4', 0, 'Transport unknown'],
    ['an unknown transport', 'GET', '?EIO=4&transport=tube', 0, 'Transport unknown'],
    ['a transport named like a member of Object', 'GET', '?EIO=4&transport=constructor', 0, 'Transport unknown'],
    ['an unknown session', 'GET', '?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA', 1, 'Session ID unknown'],
    ['a session id of another shape', 'GET', '?EIO=4&transport=polling&sid=..%2F%00', 1, 'Session ID unknown'],
    ['POST without a session', 'POST', '?EIO=4&transport=polling', 2, 'Bad handshake method'],
    ['PUT without a session', 'PUT', '?EIO=4&transport=polling', 2, 'Bad handshake method'],
    ['WebSocket without Upgrade', 'GET', '?EIO=4&transport=websocket', 3, 'Bad request'],
    ['no protocol version', 'GET', '?transport=polling', 5, 'Unsupported protocol version'],
    ['protocol version 3', 'GET', '?EIO=3&transport=polling', 5, 'Unsupported protocol version'],
    ['a rubbish version', 'GET', '?EIO=four&transport=polling', 5, 'Unsupported protocol version'],
  ];
  for (const [what, method, query, code, message] of table) {
    it(`is refused with ${what}: code ${code}`, async () => {
      refused(await call(at.server, method, path + query), code, message);
    });
  }

  for (const [query, text] of [
    ['?EIO=4&transport=tube', 'Transport unknown'],
    ['?EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA', 'Session ID unknown'],
    ['?EIO=3&transport=websocket', 'Unsupported protocol version'],
  ]) {
    it(`as a WebSocket is refused in plain text: ${text}`, async () => {
      const error = await RawSocket.open(at.server, path + query).then(() => null, (reason) => reason);
      assert.ok(error?.answer, 'no upgrade');
      assert.equal(error.answer.status, 400);
      assert.equal(error.answer.text, text);
      assert.match(error.answer.headers['content-type'], /^text\/html/);
      assert.match(error.answer.headers.connection, /close/i);
      await error.http.end();
    });
  }

  it('does not exist at other paths', async () => {
    assert.equal((await once(at.server, 'GET', '/socket.iox/?EIO=4&transport=polling')).status, 404);
    assert.equal((await once(at.server, 'GET', '/nothing/here')).status, 404);
  });

  it('needs a whole WebSocket request', async () => {
    const good = { Upgrade: 'websocket', Connection: 'Upgrade',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': '13' };
    for (const [name, value] of [['Sec-WebSocket-Key', undefined], ['Sec-WebSocket-Key', 'short'],
      ['Sec-WebSocket-Version', '12']]) {
      const headers = { ...good, [name]: value };
      if (value === undefined) delete headers[name];
      const answer = await once(at.server, 'GET', `${path}?EIO=4&transport=websocket`, { headers });
      assert.ok([400, 426].includes(answer.status), `${name}: ${value}: ${answer.status}`);
    }
  });
});

describe('a polling session', () => {
  const at = useServer({}, async (it) => {
    it.user = await makeUser(it.server);
  });

  it('answers a POST with ok', async () => {
    const session = await Polling.open(at.server);
    const answer = await session.post(`40${JSON.stringify({ token: at.user.token })}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.text, 'ok');
    assert.match(answer.headers.get('content-type'), /^text\/html/);
    assert.equal(answer.headers.get('content-length'), '2');
    assert.match(await session.packet(), /^40\{"sid":"/);
  });

  it('answers several packets of one POST in order', async () => {
    const session = await Polling.joined(at.server, at.user.token);
    const asks = Array.from({ length: 5 }, (_, id) => `42${id}["no such event",${id}]`);
    assert.equal((await session.post(asks.join(separator))).status, 200);
    for (let id = 0; id < 5; id++) await session.packetThat((packet) => packet.startsWith(`43${id}[`));
  });

  it('takes binary packets as base64', async () => {
    const session = await Polling.joined(at.server, at.user.token);
    const body = ['451-7["no such event",{"_placeholder":true,"num":0}]', 'bAQIDBA=='].join(separator);
    assert.equal((await session.post(body)).status, 200);
    const packet = await session.packetThat((text) => text.startsWith('437['));
    assert.equal(JSON.parse(packet.slice(3))[0].success, false);
  });

  it('ends when two GETs wait at once', async () => {
    const session = await Polling.open(at.server);
    const answers = await Promise.all([session.get(), session.get()]);
    const first = answers.find(({ status }) => status === 200);
    const second = answers.find(({ status }) => status !== 200);
    assert.equal(first?.text, '1');
    assert.ok([400, 500].includes(second?.status));
    await gone(session);
  });

  it('ends when the client drops a waiting GET', async () => {
    const session = await Polling.open(at.server);
    const http = await RawHttp.connect(at.server);
    await new Promise((resolve) => http.socket.write(requestText('GET', session.path), resolve));
    http.destroy();
    const answer = await session.get();
    // Had it come first, it would be the one that waits, and be told of the end.
    assert.ok(answer.status === 400 || answer.text === '1', `${answer.status} ${answer.text}`);
    await gone(session);
  });

  it('refuses a body over the limit with 413 and stays', async () => {
    const session = await Polling.joined(at.server, at.user.token);
    const answer = await session.post(`42["x","${'x'.repeat(1_000_000)}"]`);
    assert.equal(answer.status, 413);
    assert.equal(answer.text, '');
    await session.post('429["still there"]');
    await session.packetThat((packet) => packet.startsWith('439['));
  });

  it('refuses a body that only claims to be large, before it is sent', async () => {
    const session = await Polling.open(at.server);
    const answer = await once(at.server, 'POST', session.path,
      { headers: { 'Content-Length': 999_999_999 }, body: '' });
    assert.equal(answer.status, 413);
  });

  it('refuses application/octet-stream and ends', async () => {
    const session = await Polling.open(at.server);
    const answer = await session.post('4x', { 'content-type': 'application/octet-stream' });
    assert.equal(answer.status, 400);
    await gone(session);
  });

  for (const [what, body] of [['an unknown packet type', '9x'], ['a letter for a type', 'x'],
    ['an empty packet', `3${separator}${separator}3`], ['an empty body', ''],
    ['a separator at the end', `3${separator}`], ['a ping from the client', '2'],
    ['broken base64', 'b!!!!']]) {
    it(`ends after ${what}`, async () => {
      const session = await Polling.open(at.server);
      const answer = await session.post(body).catch(() => ({ status: 400 }));
      assert.ok([200, 400].includes(answer.status), String(answer.status));
      const next = await session.get();
      assert.ok(next.status === 400 || next.text.split(separator).at(-1) === '1', next.text);
      await gone(session);
    });
  }

  it('accepts a pong that nobody asked for', async () => {
    const session = await Polling.joined(at.server, at.user.token);
    await session.post(['3', '3', '425["still there"]'].join(separator));
    await session.packetThat((packet) => packet.startsWith('435['));
  });

  it('is closed by the client with a packet 1: the waiting GET gets 6', async () => {
    const session = await Polling.open(at.server);
    const waiting = session.get();
    const closing = await session.post('1');
    assert.equal(closing.text, 'ok');
    const answer = await waiting.then((it) => it.text);
    // The GET may reach the server after the close; then there is no session any more.
    assert.ok(answer === '6' || JSON.parse(answer).code === 1, answer);
    await gone(session);
  });

  it('refuses other methods', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const session = await Polling.open(at.server);
      const { status } = await call(at.server, method, session.path);
      assert.ok(status >= 400, `${method}: ${status}`);
    }
  });

  it('refuses a POST to a session that is on WebSocket: code 3', async () => {
    const socket = await RawSocket.engine(at.server);
    const query = `?EIO=4&transport=polling&sid=${socket.handshake.sid}`;
    refused(await call(at.server, 'GET', path + query), 3, 'Bad request');
    refused(await call(at.server, 'POST', path + query, { raw: '3' }), 3, 'Bad request');
    socket.send('3');
    socket.destroy();
  });
});

describe('the heartbeat', () => {
  const at = useServer({ set: { [keys.pingInterval]: 150, [keys.pingTimeout]: 100 } }, async (it) => {
    it.user = await makeUser(it.server);
  });

  it('says its times in the handshake', async () => {
    const { handshake } = await Polling.open(at.server);
    assert.equal(handshake.pingInterval, 150);
    assert.equal(handshake.pingTimeout, 100);
  });

  it('goes on as long as it is answered, over WebSocket', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    for (let round = 0; round < 5; round++) {
      assert.equal(await socket.textThat((text) => text === '2'), '2');
    }
    assert.equal((await socket.ask(1, '421["still there"]')).code, 'NOT_FOUND');
    socket.destroy();
  });

  it('goes on as long as it is answered, over polling', async () => {
    const session = await Polling.joined(at.server, at.user.token);
    for (let round = 0; round < 5; round++) await session.packetThat((packet) => packet === '2');
    await session.post('421["still there"]');
    await session.packetThat((packet) => packet.startsWith('431['));
  });

  it('ends a WebSocket that does not answer', async () => {
    const socket = await RawSocket.engine(at.server);
    assert.equal(await socket.text(), '2');
    await socket.endPolitely('the end of the silent WebSocket');
    assert.deepEqual(socket.unread(), [], 'no further ping');
  });

  it('ends a polling session that does not answer', async () => {
    const session = await Polling.open(at.server);
    assert.equal(await session.packet(), '2');
    const last = await session.get();
    assert.ok(last.status === 400 || last.text === '1', `${last.status} ${last.text}`);
    await gone(session);
  });

  it('is the business of the server: a ping from the client ends the session', async () => {
    const socket = await RawSocket.engine(at.server);
    socket.send('2');
    await socket.endPolitely();
  });
});

describe('a WebSocket session', () => {
  const at = useServer({}, async (it) => {
    it.user = await makeUser(it.server);
  });

  it('is closed after a packet 1', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    socket.send('1');
    await socket.endPolitely();
  });

  for (const [what, packet] of [['an unknown packet type', '9x'], ['a letter', 'x'],
    ['an empty message', '']]) {
    it(`is closed after ${what}`, async () => {
      const socket = await RawSocket.engine(at.server);
      socket.send(packet);
      await socket.endPolitely();
    });
  }

  it('takes base64 in a text message as binary', async () => {
    const socket = await RawSocket.joined(at.server, at.user.token);
    socket.send('451-7["no such event",{"_placeholder":true,"num":0}]');
    socket.send('bAQIDBA==');
    assert.equal((await socket.ask(7)).code, 'NOT_FOUND');
    socket.destroy();
  });
});

describe('a connection that joins nothing', () => {
  const at = useServer({ set: { [keys.connectTimeout]: 100 } });

  it('is closed', async () => {
    const socket = await RawSocket.engine(at.server);
    await socket.endPolitely('the end after connectTimeout');
  });
});
