// Engine.IO v4 on the conformance program's raw echo: a test a row of protocol.md 2.1 to 2.7.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PollingSession, message, openWebSocket, runConformance, separator, useConformance }
  from './support/conformance.mjs';
import { RawHttp, once, requestText } from './support/raw_http.mjs';
import { RawSocket, closePayload, frame, opcodes } from './support/raw_ws.mjs';
import { assertKeys } from './support/shapes.mjs';
import { within } from './support/wait.mjs';

const patient = ['--ping-interval', 20_000, '--ping-timeout', 20_000];
const base = '/engine.io/';
const form = 'application/x-www-form-urlencoded';

describe('conformance: the command line', () => {
  for (const args of [['--redis', 'redis://x'],
    ['--adapter', 'streams']]) {
    it(`refuses ${args[0]} with exit code 2 as long as there is no such thing`, async () => {
      const { code, stderr } = await runConformance(['--scenario', 'engineio', ...args]);
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`${args[0]}: not available yet`));
    });
  }
  for (const [what, args, says] of [
    ['no scenario', [], /--scenario is missing/],
    ['an unknown scenario', ['--scenario', 'chess'], /unknown scenario 'chess'/],
    ['a scenario that is to come', ['--scenario', 'cluster'], /cluster: not available yet/],
    ['an unknown flag', ['--scenario', 'engineio', '--fast'], /unknown flag.*--fast/],
    ['a value that is no number', ['--scenario', 'engineio', '--ping-interval', 'x'], /--ping-interval/],
  ]) {
    it(`refuses ${what} with exit code 2`, async () => {
      const { code, stderr } = await runConformance(args);
      assert.equal(code, 2);
      assert.match(stderr, says);
    });
  }
});

describe('conformance 2.1: requests and the order of checks', () => {
  const at = useConformance('engineio', patient);
  const errors = ['Transport unknown', 'Session ID unknown', 'Bad handshake method', 'Bad request',
    'Forbidden', 'Unsupported protocol version'];
  const rows = [
    ['transport before session', 'GET', '?EIO=4&transport=x&sid=y', 0],
    ['transport before method', 'POST', '?EIO=4', 0],
    ['transport before version', 'GET', '?EIO=9&transport=x', 0],
    ['session before method', 'PUT', '?EIO=4&transport=polling&sid=y', 1],
    ['session before version', 'GET', '?EIO=3&transport=polling&sid=y', 1],
    ['method before version', 'POST', '?EIO=3&transport=polling', 2],
    ['DELETE without a session', 'DELETE', '?EIO=4&transport=polling', 2],
    ['WebSocket without Upgrade before version', 'GET', '?EIO=3&transport=websocket', 3],
    ['no version', 'GET', '?transport=polling', 5],
    ['version 3', 'GET', '?EIO=3&transport=polling', 5],
    ['a rubbish version', 'GET', '?EIO=%00&transport=polling', 5],
  ];
  for (const [what, method, query, code] of rows) {
    it(`code ${code}: ${what}`, async () => {
      const answer = await once(at.server, method, base + query);
      assert.equal(answer.status, 400);
      assert.match(answer.headers['content-type'], /^application\/json/);
      assert.deepEqual(JSON.parse(answer.text), { code, message: errors[code] });
    });
  }

  it('code 3: another transport than the session has', async () => {
    const socket = await openWebSocket(at.server);
    for (const method of ['GET', 'POST']) {
      const answer = await once(at.server, method,
        `${base}?EIO=4&transport=polling&sid=${socket.handshake.sid}`, { body: '4x' });
      assert.deepEqual(JSON.parse(answer.text), { code: 3, message: errors[3] });
    }
    socket.send('4unharmed');
    assert.equal(await message(socket), '4unharmed');
    socket.destroy();
  });

  for (const [query, text] of [['?EIO=4&transport=x', errors[0]],
    ['?EIO=4&transport=websocket&sid=y', errors[1]], ['?EIO=3&transport=websocket', errors[5]]]) {
    it(`an upgrade is refused before 101, in plain text: ${text}`, async () => {
      const error = await RawSocket.open(at.server, base + query).then(() => null, (it) => it);
      assert.equal(error?.answer?.status, 400);
      assert.equal(error.answer.text, text);
      assert.match(error.answer.headers['content-type'], /^text\/html/);
      assert.match(error.answer.headers.connection, /close/i);
    });
  }

  it('an unknown path is 404', async () => {
    assert.equal((await once(at.server, 'GET', '/nothing')).status, 404);
    const error = await RawSocket.open(at.server, '/nothing').then(() => null, (it) => it);
    assert.equal(error?.answer?.status, 404);
  });

  it('unknown parameters are ignored', async () => {
    const answer = await once(at.server, 'GET', `${base}?EIO=4&transport=polling&t=abc&foo=bar`);
    assert.equal(answer.status, 200);
  });
});

describe('conformance 2.1: code 4', () => {
  const at = useConformance('engineio-client');

  it('what the application refuses is 403', async () => {
    const answer = await once(at.server, 'GET', `${base}?EIO=4&transport=polling&deny=1`);
    assert.equal(answer.status, 403);
    assert.deepEqual(JSON.parse(answer.text), { code: 4, message: 'Forbidden' });
    const error = await RawSocket.open(at.server, `${base}?EIO=4&transport=websocket&deny=1`)
      .then(() => null, (it) => it);
    assert.equal(error?.answer?.status, 403);
  });
});

describe('conformance 2.2: the handshake', () => {
  const at = useConformance('engineio');

  it('the open packet has all keys and no more, over both transports', async () => {
    const polling = await PollingSession.open(at.server);
    const socket = await openWebSocket(at.server);
    for (const handshake of [polling.handshake, socket.handshake]) {
      assertKeys(handshake, ['sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload']);
      assert.match(handshake.sid, /^[A-Za-z0-9_-]{20}$/);
      assert.deepEqual([handshake.pingInterval, handshake.pingTimeout, handshake.maxPayload],
        [300, 200, 1_000_000]);
    }
    assert.deepEqual(polling.handshake.upgrades, ['websocket']);
    assert.deepEqual(socket.handshake.upgrades, []);
    assert.equal(polling.answer.headers['content-type'], 'text/plain; charset=UTF-8');
    assert.equal(polling.answer.headers['cache-control'], 'no-store');
    socket.destroy();
  });
});

describe('conformance 2.3: packets', () => {
  const at = useConformance('engineio', patient);

  it('several packets of one POST come back in one GET, exactly', async () => {
    const session = await PollingSession.open(at.server);
    const body = ['4test1', '4test2', '4test3'].join(separator);
    await session.post(body);
    assert.equal((await session.get()).text, body);
  });

  it('binary is base64 over polling', async () => {
    const session = await PollingSession.open(at.server);
    await session.post('4hello\x1ebAQIDBA==');
    assert.equal((await session.get()).text, '4hello\x1ebAQIDBA==');
  });

  it('binary is bytes over WebSocket, without a type', async () => {
    const socket = await openWebSocket(at.server);
    socket.send(Buffer.from([1, 2, 3, 4]));
    assert.deepEqual(await message(socket), Buffer.from([1, 2, 3, 4]));
    socket.destroy();
  });

  it('a text frame that starts with b is binary, too', async () => {
    const socket = await openWebSocket(at.server);
    socket.send('bAQIDBA==');
    assert.deepEqual(await message(socket), Buffer.from([1, 2, 3, 4]));
    socket.destroy();
  });

  it('text is UTF-8', async () => {
    const session = await PollingSession.open(at.server);
    await session.post('4€ 🚀 てすと');
    assert.equal((await session.get()).text, '4€ 🚀 てすと');
  });

  for (const [what, packet] of [['an unknown type', 'abc'], ['a type beyond 6', '7'],
    ['an empty message', ''], ['broken base64', 'b!'], ['a separator', separator]]) {
    it(`${what} closes a polling session`, async () => {
      const session = await PollingSession.open(at.server);
      assert.ok([200, 400].includes((await session.post(packet)).status));
      await session.assertGone();
    });
    it(`${what} closes a WebSocket`, async () => {
      const socket = await openWebSocket(at.server);
      socket.send(packet);
      await socket.endPolitely();
    });
  }
});

describe('conformance 2.4: polling', () => {
  const at = useConformance('engineio', patient);

  it('a POST is answered with ok', async () => {
    const session = await PollingSession.open(at.server);
    const answer = await session.post('4x');
    assert.deepEqual([answer.status, answer.text, answer.headers['content-length']], [200, 'ok', '2']);
    assert.match(answer.headers['content-type'], /^text\/html/);
  });

  it('a GET is held until there is a packet', async () => {
    const session = await PollingSession.open(at.server);
    const held = session.get();
    await session.post('4late');
    assert.equal((await held).text, '4late');
  });

  it('application/octet-stream closes the session: 400', async () => {
    const session = await PollingSession.open(at.server);
    const answer = await session.post('4x', { 'Content-Type': 'application/octet-stream' });
    assert.equal(answer.status, 400);
    await session.assertGone();
  });

  it('a body over the limit is 413 without a body, and the session stays', async () => {
    const session = await PollingSession.open(at.server);
    const answer = await session.post(`4${'x'.repeat(1_000_000)}`);
    assert.deepEqual([answer.status, answer.text], [413, '']);
    await session.post('4still there');
    assert.equal((await session.get()).text, '4still there');
  });

  it('a body of just the limit is taken', async () => {
    const session = await PollingSession.open(at.server);
    const body = `4${'x'.repeat(999_999)}`;
    assert.equal((await session.post(body)).status, 200);
    assert.equal((await session.get()).text, body);
  });

  it('two GETs: the first gets 1, the second 400, then code 1', async () => {
    const session = await PollingSession.open(at.server);
    const first = await RawHttp.connect(at.server);
    const second = await RawHttp.connect(at.server);
    first.request('GET', session.path);
    second.request('GET', session.path);
    const answers = await Promise.all([first.answer(), second.answer()]);
    answers.sort((a, b) => a.status - b.status);
    assert.deepEqual([answers[0].status, answers[0].text], [200, '1']);
    assert.equal(answers[1].status, 400);
    await session.assertGone();
    first.destroy();
    second.destroy();
  });

  it('two POSTs at the same time: 400, and the session closes', async () => {
    const session = await PollingSession.open(at.server);
    const held = await RawHttp.connect(at.server);
    held.request('GET', session.path); // written before the others connect: it is read before them
    const posts = [await RawHttp.connect(at.server), await RawHttp.connect(at.server)];
    const head = requestText('POST', session.path, { headers: { 'Content-Length': 4 } });
    for (const post of posts) post.write(head);
    assert.equal((await held.answer()).text, '1');
    held.destroy();
    for (const post of posts) {
      post.write('4abc');
      assert.equal((await post.answer()).status, 400);
      post.destroy();
    }
    await session.assertGone();
  });

  it('POSTs one after the other on several connections are no overlap', async () => {
    const session = await PollingSession.open(at.server);
    for (let i = 0; i < 20; i++) assert.equal((await session.post(`4${i}`)).status, 200);
    assert.equal((await session.get()).text,
      Array.from({ length: 20 }, (_, i) => `4${i}`).join(separator));
  });

  it('a POST that is cut off does not stand in the way of the next', async () => {
    const session = await PollingSession.open(at.server);
    const cut = await RawHttp.connect(at.server);
    cut.write(requestText('POST', session.path, { headers: { 'Content-Length': 4 } }));
    cut.destroy();
    const next = await session.post('4x');
    // Had the end of the first not arrived yet, the two would overlap.
    assert.ok([200, 400].includes(next.status));
    if (next.status === 200) assert.equal((await session.get()).text, '4x');
  });

  it('a held GET that is dropped closes the session at once', async () => {
    for (let round = 0; round < 10; round++) {
      const session = await PollingSession.open(at.server);
      const http = await RawHttp.connect(at.server);
      await new Promise((sent) => http.socket.write(requestText('GET', session.path), sent));
      await session.post('6');  // on the same loop, so that the GET has been looked at as well
      http.destroy();
      const answer = await session.get();
      assert.ok(answer.status === 400 || answer.text === '1', `${answer.status} ${answer.text}`);
      await session.assertGone();
    }
  });

  it('packet 1: ok, the held GET gets 6, the session is gone', async () => {
    const session = await PollingSession.open(at.server);
    const held = await RawHttp.connect(at.server);
    held.request('GET', session.path);
    const closing = await session.post('1');
    assert.equal(closing.text, 'ok');
    const answer = await held.answer();
    assert.ok(answer.text === '6' || answer.status === 400, answer.text);
    await session.assertGone();
    held.destroy();
  });

  for (const method of ['PUT', 'DELETE', 'PATCH']) {
    it(`${method} with a session is an error`, async () => {
      const session = await PollingSession.open(at.server);
      assert.ok((await once(at.server, method, session.path)).status >= 400);
    });
  }

  it('form bodies are no binary', async () => {
    const session = await PollingSession.open(at.server);
    assert.equal((await session.post('4x', { 'Content-Type': form })).status, 200);
  });
});

describe('conformance 2.5: the heartbeat', () => {
  const interval = 600;
  const timeout = 400;
  const at = useConformance('engineio', ['--ping-interval', interval, '--ping-timeout', timeout]);
  const itsTime = () => new Promise((done) => setTimeout(done, interval + timeout + 2));

  it('the server pings, and goes on as long as it is answered', async () => {
    const socket = await openWebSocket(at.server);
    for (let round = 0; round < 3; round++) {
      assert.equal(await socket.text(), '2');
      socket.send('3');
    }
    socket.send('4x');
    assert.equal(await message(socket), '4x');
    socket.destroy();
  });

  it('without a reader a polling session ends after just both times', async () => {
    const session = await PollingSession.open(at.server);
    await itsTime();  // the protocol's own time: the server's began before ours
    const answer = await session.get();
    assert.equal(answer.status, 400, answer.text);
  });

  it('without a pong a WebSocket session ends', async () => {
    const socket = await openWebSocket(at.server);
    assert.equal(await socket.text(), '2');
    await socket.endPolitely();
    assert.equal(socket.closeFrame.code, 1005);
  });

  it('nothing but a pong keeps a session', async () => {
    const session = await PollingSession.open(at.server);
    await session.post('4busy');
    assert.equal((await session.get()).text, '4busy');
    await itsTime();
    assert.equal((await session.get()).status, 400);
  });

  it('a ping from the client is an error', async () => {
    const socket = await openWebSocket(at.server);
    socket.send('2');
    await socket.endPolitely();
  });

  it('a pong that nobody asked for is taken', async () => {
    const socket = await openWebSocket(at.server);
    socket.send('3');
    socket.send('4x');
    assert.equal(await message(socket), '4x');
    socket.destroy();
  });
});

describe('conformance 2.6: the upgrade', () => {
  const at = useConformance('engineio', patient);

  async function upgraded() {
    const session = await PollingSession.open(at.server);
    const socket = await session.probe();
    socket.send('2probe');
    assert.equal(await socket.text(), '3probe');
    return { session, socket };
  }

  it('a GET after the probe gets exactly 6; then 5 and a message at once', async () => {
    const { session, socket } = await upgraded();
    const poll = await session.get();
    assert.deepEqual([poll.status, poll.text], [200, '6']);
    socket.write(frame(opcodes.text, '5'), frame(opcodes.text, '4hello'));
    assert.equal(await message(socket), '4hello');
    socket.destroy();
  });

  it('a held GET is released with 6', async () => {
    const session = await PollingSession.open(at.server);
    const held = session.get();
    const socket = await session.probe();
    socket.send('2probe');
    assert.equal((await held).text, '6');
    socket.destroy();
  });

  it('5 and at once a GET on another connection: 400, every time', async () => {
    for (let round = 0; round < 40; round++) {
      const { session, socket } = await upgraded();
      const http = await RawHttp.connect(at.server);
      socket.send('5');
      http.request('GET', session.path);
      const answer = await http.answer();
      assert.deepEqual([answer.status, JSON.parse(answer.text).code], [400, 3], `round ${round}`);
      socket.send('4unharmed');
      assert.equal(await message(socket), '4unharmed');
      socket.destroy();
      http.destroy();
    }
  });

  it('POST and another WebSocket with that sid do not touch the session', async () => {
    const { session, socket } = await upgraded();
    socket.send('5');
    assert.equal((await session.post('4x')).status, 400);
    const other = await session.probe();
    await other.endPolitely();
    socket.send('4unharmed');
    assert.equal(await message(socket), '4unharmed');
    socket.destroy();
  });

  it('what is queued comes over the WebSocket, once and in order', async () => {
    const { session, socket } = await upgraded();
    const packets = Array.from({ length: 50 }, (_, i) => `4${i}`);
    await session.post(packets.join(separator));
    socket.write(frame(opcodes.text, '5'), frame(opcodes.text, '4last'));
    for (const packet of [...packets, '4last']) assert.equal(await message(socket), packet);
    socket.destroy();
  });

  for (const wrong of ['5', '2', '4x', '']) {
    it(`${JSON.stringify(wrong)} instead of 2probe closes the probe, the session stays`, async () => {
      const session = await PollingSession.open(at.server);
      const socket = await session.probe();
      socket.send(wrong);
      await socket.endPolitely();
      await session.post('4x');
      assert.equal((await session.get()).text, '4x');
    });
  }
});

describe('conformance 2.7: closing', () => {
  const at = useConformance('engineio', patient);

  it('packet 1 closes a WebSocket', async () => {
    const socket = await openWebSocket(at.server);
    socket.send('1');
    await socket.endPolitely();
    assert.equal(socket.closeFrame.code, 1005);
  });

  it('a message over the limit closes with 1009', async () => {
    const socket = await openWebSocket(at.server);
    socket.send(`4${'x'.repeat(1_000_000)}`);
    await socket.endPolitely();
    assert.equal(socket.closeFrame.code, 1009);
  });

  it('a close frame is answered', async () => {
    const socket = await openWebSocket(at.server);
    socket.write(frame(opcodes.close, closePayload(1000)));
    await within(socket.end(), 'the end');
    assert.equal(socket.closeFrame.code, 1000);
  });
});

describe('conformance 6.6: the counterpart of engine.io-client', () => {
  const at = useConformance('engineio-client');

  it('greets, and sets four cookies at the handshake', async () => {
    const session = await PollingSession.open(at.server);
    assert.equal(await session.packet(), '4hi');
    assert.equal(session.handshake.maxPayload, 100);
    await session.post('4give binary');
    assert.equal(await session.packet(), 'bAAECAwQ=');
    await session.post('4give utf8');
    assert.equal(await session.packet(), '4пойду спать всем спокойной ночи');
    await session.post('4sendHeaders', { 'X-Custom': 'yes' });
    assert.equal(JSON.parse((await session.packet()).slice(1))['x-custom'], 'yes');
  });
});

describe('conformance 6.8: a raw WebSocket echo', () => {
  const at = useConformance('websocket-echo');

  it('sends text and binary back, up to 16 MiB and in fragments', async () => {
    const socket = await RawSocket.open(at.server, '/');
    socket.send('plain');
    assert.equal(await socket.text(), 'plain');
    const bytes = Buffer.alloc(16 * 1024 * 1024, 7);
    socket.send(bytes);
    assert.ok((await socket.next((one) => one.opcode === opcodes.binary)).data.equals(bytes));
    socket.write(frame(opcodes.text, 'a', { fin: false }), frame(opcodes.more, 'b'));
    assert.equal(await socket.text(), 'ab');
    socket.write(frame(opcodes.close, closePayload(1000)));
    await socket.end();
  });
});
